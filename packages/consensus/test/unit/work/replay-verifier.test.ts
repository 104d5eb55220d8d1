import { createReplayVerifier, type ExamEvaluation, MAX_EVALUATIONS, type WorkVerifier } from '@poai/consensus'
import { AppError, defined, devnet, type Header, type LogData } from '@poai/core'
import { beforeEach, describe, expect, it } from 'vitest'
import { withWord } from '../transcript/plausible-evaluation.ts'
import { ScriptedEvaluator } from './scripted-evaluator.ts'
import { someSealedHeader } from './some-header.ts'
import { epochKey, mineScripted } from './some-network.ts'

const mined = mineScripted({ ...someSealedHeader, target: (1n << 256n) - 1n })

let evaluator: ScriptedEvaluator
let verifier: WorkVerifier
let warnings: { readonly message: string; readonly data: LogData | undefined }[]

beforeEach(() => {
  evaluator = new ScriptedEvaluator()
  warnings = []
  const logger = { warn: (message: string, data?: LogData) => void warnings.push({ message, data }) }
  verifier = createReplayVerifier(devnet, { evaluator, logger })
})

const verify = (header: Header, signal?: AbortSignal): Promise<void> =>
  verifier.verify(header, { epochKey, ...defined({ signal }) })

/** Flips the lowest bit of the first probe: still consistent. */
const flip = (evaluation: ExamEvaluation): ExamEvaluation =>
  withWord(evaluation, 4, (evaluation.words[4] as number) ^ 1)

describe('replay verifier', () => {
  it('resolves after one evaluation of an honest block, ahead of mining', async () => {
    await verify(mined)
    expect(evaluator.calls).toHaveLength(1)
    expect(evaluator.calls[0]?.options?.priority).toBe('verify')
    expect(evaluator.calls[0]?.request).toMatchObject({ tokens: expect.any(Uint32Array) })
    expect(evaluator.calls[0]?.request.positions).toHaveLength(16)
  })

  it('asks for no inference when the claim is above the target', async () => {
    await expect(verify({ ...mined, target: 1n })).rejects.toMatchObject({ code: 'WORK_CLAIM_ABOVE_TARGET' })
    expect(evaluator.calls).toHaveLength(0)
  })

  it('asks for no more than the inference where the caller has judged the claim', async () => {
    const unclaimed = { ...mined, target: 1n, lossMicroNats: mined.lossMicroNats + 1n }
    const options = { epochKey, isClaimMet: true }
    await expect(verifier.verify(unclaimed, options)).rejects.toMatchObject({ code: 'WORK_TRANSCRIPT_MISMATCH' })
    expect(evaluator.calls).toHaveLength(MAX_EVALUATIONS)
  })

  it('wants the second answer from another worker than the first', async () => {
    await expect(verify({ ...mined, lossMicroNats: 0n })).rejects.toMatchObject({ code: 'WORK_LOSS_MISMATCH' })
    const [first, second] = evaluator.calls
    expect(first?.options?.apartFrom).toEqual([])
    expect(second?.options?.apartFrom).toHaveLength(1)
    // The very answer: an engine knows by it which worker it was.
    expect(second?.options?.apartFrom?.[0]).toBe(evaluator.answers[0])
  })

  it.each([
    ['a wrong loss', { lossMicroNats: mined.lossMicroNats + 1n }, 'WORK_LOSS_MISMATCH'],
    ['a wrong nonce', { nonce: mined.nonce + 1n }, 'WORK_TRANSCRIPT_MISMATCH'],
    ['a wrong root', { transcriptRoot: mined.parentHash }, 'WORK_TRANSCRIPT_MISMATCH'],
  ])('computes twice before it blames %s', async (_name, change, code) => {
    await expect(verify({ ...mined, ...change })).rejects.toMatchObject({ code })
    expect(evaluator.calls).toHaveLength(2)
    expect(warnings).toEqual([])
  })

  it('computes twice before it calls an exam not finite', async () => {
    evaluator.tamper = (evaluation) => withWord(evaluation, 0, 0x7fc0_0000)
    await expect(verify(mined)).rejects.toMatchObject({ code: 'WORK_NOT_FINITE' })
    expect(evaluator.calls).toHaveLength(2)
  })

  it('accepts an honest block on hardware that erred once, and says so', async () => {
    evaluator.tamper = (evaluation, call) => (call === 0 ? flip(evaluation) : evaluation)
    await verify(mined)
    expect(warnings).toHaveLength(1)
    expect(warnings[0]?.message).toContain('unstable')
  })

  it('cannot decide where two replays differ and neither agrees', async () => {
    evaluator.tamper = (evaluation, call) => (call === 0 ? flip(evaluation) : evaluation)
    const lying = { ...mined, lossMicroNats: mined.lossMicroNats + 1n }
    await expect(verify(lying)).rejects.toMatchObject({
      name: 'EvaluationError',
      code: 'CONSENSUS_EVALUATION_UNSTABLE',
    })
    expect(warnings).toHaveLength(1)
  })

  it('cannot decide with an engine that contradicts itself', async () => {
    evaluator.tamper = (evaluation) => withWord(evaluation, 2, 0)
    await expect(verify(mined)).rejects.toMatchObject({ code: 'CONSENSUS_EVALUATION_INCONSISTENT' })
  })

  it.each([0, 2])('cannot decide with an engine that gives %i evaluations', async (count) => {
    const given: readonly ExamEvaluation[] = new Array<ExamEvaluation>(count).fill({ words: new Uint32Array(128) })
    const odd = createReplayVerifier(devnet, {
      evaluator: { evaluate: async () => given },
      logger: { warn: () => {} },
    })
    await expect(odd.verify(mined, { epochKey })).rejects.toMatchObject({ code: 'CONSENSUS_EVALUATION_SHAPE' })
  })

  it.each(['first', 'second'])('lets a failure of the engine through as it is, at the %s replay', async (when) => {
    const failure = new AppError('INFERENCE_NOT_RUNNING', 'no worker')
    evaluator.tamper = (evaluation, call) => {
      if (call === (when === 'first' ? 0 : 1)) throw failure
      return evaluation
    }
    await expect(verify({ ...mined, lossMicroNats: 0n })).rejects.toBe(failure)
  })

  it('stops with the reason of its signal', async () => {
    const reason = new Error('no longer wanted')
    await expect(verify(mined, AbortSignal.abort(reason))).rejects.toBe(reason)
    expect(evaluator.calls).toHaveLength(0)
  })

  it('hands its signal to both evaluations', async () => {
    const { signal } = new AbortController()
    await expect(verify({ ...mined, lossMicroNats: 0n }, signal)).rejects.toMatchObject({ code: 'WORK_LOSS_MISMATCH' })
    expect(evaluator.calls.map(({ options }) => options?.signal)).toEqual([signal, signal])
  })
})
