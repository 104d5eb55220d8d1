import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createAttempts, createReplayVerifier, type ExamEvaluator } from '@poai/consensus'
import { devnet, type Header, silentLogger, toAddress } from '@poai/core'
import { type BenchEngine, openBenchEngine } from '@poai/testing/bench-engine'
import { countLayers, writeCoarseModel, writeShallowModel } from '@poai/testing/cheaper-models'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { someSealedHeader } from '../unit/work/some-header.ts'
import { buildExam, epochKey } from '../unit/work/some-network.ts'

/** Every claim meets it, so that the replay alone decides. */
const OPEN_TARGET = (1n << 256n) - 1n
const MINED = 4

const sealed = { ...someSealedHeader, target: OPEN_TARGET }

let folder: string
let honest: BenchEngine
let headers: readonly Header[]

async function mineWith({ evaluate }: Pick<BenchEngine, 'evaluate'>): Promise<readonly Header[]> {
  const source = createAttempts({ header: sealed, epochKey, buildExam })
  const attempts = source.take(MINED)
  const evaluations = await evaluate(attempts.map(({ exam }) => exam))
  return attempts.map((attempt, index) => {
    const evaluation = evaluations[index]
    const finished = evaluation === undefined ? undefined : source.finish(attempt, evaluation)
    if (finished?.kind !== 'solved') throw new Error(`nonce ${attempt.nonce} is not solved`)
    return { ...sealed, ...finished.seal }
  })
}

function verifyWith(evaluator: ExamEvaluator, header: Header): Promise<void> {
  return createReplayVerifier(devnet, { evaluator, logger: silentLogger }).verify(header, { epochKey })
}

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'poai-replay-'))
  honest = await openBenchEngine()
  headers = await mineWith(honest)
})

afterAll(async () => {
  await honest.close()
  await rm(folder, { recursive: true, force: true })
})

describe('work of the real engine', () => {
  it('is the same in another process', async () => {
    const other = await openBenchEngine(honest.modelPath)
    try {
      for (const header of headers) await verifyWith(other.engine, header)
    } finally {
      await other.close()
    }
  })

  it('is worth nothing to another beneficiary or at another nonce', async () => {
    const [header] = headers
    if (header === undefined) throw new Error('nothing was mined')
    const thief = toAddress(new Uint8Array(20).fill(0x66))
    for (const stolen of [
      { ...header, beneficiary: thief },
      { ...header, nonce: header.nonce + 1n },
    ]) {
      await expect(verifyWith(honest.engine, stolen)).rejects.toMatchObject({ code: 'WORK_TRANSCRIPT_MISMATCH' })
    }
  })

  it.each([
    ['the weights in four bits', writeCoarseModel],
    [
      'one layer less',
      async (path: string, source: string): Promise<void> =>
        await writeShallowModel(path, source, (await countLayers(source)) - 1),
    ],
  ])('cannot be done with %s', async (_name, writeCheaper) => {
    const path = join(folder, 'cheaper.gguf')
    await writeCheaper(path, honest.modelPath)
    const cheaper = await openBenchEngine(path)
    try {
      for (const header of await mineWith(cheaper)) {
        await expect(verifyWith(honest.engine, header)).rejects.toMatchObject({ code: 'WORK_TRANSCRIPT_MISMATCH' })
      }
    } finally {
      await cheaper.close()
    }
  })

  it('cannot be judged by an engine that has stopped: that is no verdict', async () => {
    const other = await openBenchEngine(honest.modelPath)
    await other.close()
    const [header] = headers
    if (header === undefined) throw new Error('nothing was mined')
    await expect(verifyWith(other.engine, header)).rejects.toMatchObject({ code: 'INFERENCE_NOT_RUNNING' })
  })
})
