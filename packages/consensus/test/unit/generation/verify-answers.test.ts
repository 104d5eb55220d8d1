import { createReplayVerifier, MAX_EVALUATIONS } from '@poai/consensus'
import { devnet, genesisHeader, type Header, type InferenceAnswer, type NetworkParams, silentLogger } from '@poai/core'
import { describe, expect, test } from 'vitest'
import { generateCall, replayCall, ScriptedTalker, TALKING_MODEL } from '../../support/scripted-talker.ts'

const params: NetworkParams = { ...devnet, inference: { models: [TALKING_MODEL] } }
const header: Header = { ...genesisHeader(params), number: 1n }

const prompts = Array.from({ length: 40 }, (_, index) => Uint8Array.of(index, 65))
const honest = new ScriptedTalker()
const answers: readonly InferenceAnswer[] = prompts.map((prompt) => honest.answerTo(generateCall({ prompt })))

async function verify(talker: ScriptedTalker, given: readonly InferenceAnswer[]): Promise<void> {
  const verifier = createReplayVerifier(params, { evaluator: talker, logger: silentLogger })
  await verifier.verifyAnswers({ header, answers: given }, { signal: undefined })
}

/** One word of an evaluation changed: still plausible. */
const flipped = ({ words }: { readonly words: Uint32Array }) => ({ words: words.with(2, (words[2] ?? 0) ^ 1) })

describe('the answers of a block', () => {
  test('are computed again, each by one pass', async () => {
    const talker = new ScriptedTalker()
    await verify(talker, answers)
    expect(talker.requests).toHaveLength(answers.length)
  })

  test('are computed twice before anybody is blamed', async () => {
    const talker = new ScriptedTalker()
    const [first, ...rest] = answers as readonly [InferenceAnswer, ...InferenceAnswer[]]
    const lie = { ...first, root: header.stateRoot } as InferenceAnswer
    await expect(verify(talker, [lie])).rejects.toMatchObject({ code: 'ANSWER_MISMATCH' })
    expect(talker.requests).toHaveLength(MAX_EVALUATIONS)
    await expect(verify(talker, [...rest, lie])).rejects.toMatchObject({ code: 'ANSWER_MISMATCH' })
  })

  test('are right where one of two passes agrees: the machine is at fault', async () => {
    const talker = new ScriptedTalker()
    talker.tamper = (evaluation, index) => (index === 0 ? flipped(evaluation) : evaluation)
    await verify(talker, answers.slice(0, 1))
    expect(talker.requests).toHaveLength(2)
  })

  test('are not judged by a machine whose two passes differ from each other and from the answer', async () => {
    const talker = new ScriptedTalker()
    talker.tamper = ({ words }, index) => ({ words: words.with(2, (words[2] ?? 0) ^ (index + 1)) })
    await expect(verify(talker, answers.slice(0, 1))).rejects.toMatchObject({ code: 'CONSENSUS_EVALUATION_UNSTABLE' })
  })

  test('of replays are judged as well', async () => {
    const call = generateCall({ temperature: 900 })
    const { tokens, root } = honest.answerTo(call)
    const { input } = replayCall({ temperature: 900, output: tokens, root })
    const right: InferenceAnswer = { kind: 'replay', input, isRightRoot: true, firstWrong: tokens.length }
    await verify(new ScriptedTalker(), [right])
    const wrong = { ...right, firstWrong: 0 }
    await expect(verify(new ScriptedTalker(), [wrong])).rejects.toMatchObject({ code: 'ANSWER_MISMATCH' })
  })

  test('cannot be decided without an engine', async () => {
    const fault = new Error('no engine')
    const verifier = createReplayVerifier(params, {
      evaluator: { evaluate: () => Promise.reject(fault) },
      logger: silentLogger,
    })
    await expect(verifier.verifyAnswers({ header, answers }, { signal: undefined })).rejects.toBe(fault)
  })

  test('end with their signal', async () => {
    const verifier = createReplayVerifier(params, { evaluator: new ScriptedTalker(), logger: silentLogger })
    const signal = AbortSignal.abort(new Error('given up'))
    const waiting = createReplayVerifier(params, {
      evaluator: {
        evaluate: async (_, options) => {
          options?.signal?.throwIfAborted()
          return []
        },
      },
      logger: silentLogger,
    })
    await verifier.verifyAnswers({ header, answers: [] }, { signal })
    await expect(waiting.verifyAnswers({ header, answers }, { signal })).rejects.toThrow('given up')
  })
})
