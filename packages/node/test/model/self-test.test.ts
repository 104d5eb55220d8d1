import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { devnet } from '@poai/core'
import type { DomainVectors } from '@poai/inference'
import { ManualClock } from '@poai/testing/manual-clock'
import { afterAll, expect, it, onTestFinished } from 'vitest'
import { createEngineService, type EngineService } from '../../src/engine/engine-service.ts'
import { type EngineSetup, setUpEngine } from '../../src/engine/engine-setup.ts'
import { RecordingLogger } from '../support/recording-logger.ts'

const home = await mkdtemp(join(tmpdir(), 'poai-self-test-'))
afterAll(async () => await rm(home, { recursive: true, force: true }))
const models = join(import.meta.dirname, '../../../../models')
const installation = { models, home, modelStore: join(home, 'models'), cache: join(home, 'cache') }

/** A judge of devnet in whose vectors something is changed. */
async function startJudge(change: (setup: EngineSetup) => EngineSetup): Promise<EngineService> {
  const judge = createEngineService(
    { pin: () => devnet.work, installation, workers: 1, niceness: 0, program: 'wasm' },
    {
      clock: new ManualClock(0),
      logger: new RecordingLogger(),
      findSetup: async (...args) => change(await setUpEngine(...args)),
    },
  )
  onTestFinished(async () => await judge.stop())
  await judge.start()
  return judge
}

/** One bit of the last exam is another. */
function withWrongBit(vectors: Pick<DomainVectors, 'exams'>['exams']): DomainVectors['exams'] {
  return vectors.map((exam, index) =>
    index === vectors.length - 1 ? { ...exam, words: exam.words.with(0, (exam.words[0] ?? 0) ^ 1) } : exam,
  )
}

it('a node judges that computes all exams, also the chosen ones and those at the edges', async () => {
  const judge = await startJudge((setup) => {
    expect(setup.vectors.chosen?.length).toBeGreaterThanOrEqual(64)
    expect(setup.edges?.vectors.exams.length).toBeGreaterThanOrEqual(64)
    return setup
  })
  expect(judge.status).toMatchObject({ state: 'ready', reason: undefined })
})

it('it abstains where a chosen exam differs', async () => {
  const judge = await startJudge(({ vectors, ...setup }) => ({
    ...setup,
    vectors: { ...vectors, chosen: withWrongBit(vectors.chosen ?? []) },
  }))
  expect(judge.status).toMatchObject({ state: 'abstaining', reason: { code: 'INFERENCE_DOMAIN_MISMATCH' } })
})

it('it abstains where an exam at the edges differs', async () => {
  const judge = await startJudge(({ edges, ...setup }) => {
    if (edges === undefined) throw new Error('no model at the edges')
    return { ...setup, edges: { ...edges, vectors: { ...edges.vectors, exams: withWrongBit(edges.vectors.exams) } } }
  })
  expect(judge.status).toMatchObject({ state: 'abstaining', reason: { code: 'INFERENCE_DOMAIN_MISMATCH' } })
})
