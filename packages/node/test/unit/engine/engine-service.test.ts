import type { SearchJob, SearchProgress } from '@poai/consensus'
import { AppError, devnet, ZERO_HASH } from '@poai/core'
import {
  createFakeEngine,
  DEFAULT_DOMAIN_NAME,
  type DomainVectors,
  EngineError,
  type EngineEvent,
  type EvaluateOptions,
  findDomain,
  type InferenceEngine,
  type ModelDescription,
} from '@poai/inference'
import { seededExamRequests } from '@poai/testing'
import { ManualClock } from '@poai/testing/manual-clock'
import { expect, it } from 'vitest'
import {
  createEngineService,
  type EngineService,
  type EngineServiceDependencies,
} from '../../../src/engine/engine-service.ts'
import type { EngineSetup } from '../../../src/engine/engine-setup.ts'
import { RecordingLogger } from '../../support/recording-logger.ts'

const installation = { models: '/nowhere', home: '/nowhere', modelStore: '/nowhere', cache: '/nowhere' }
const requests = seededExamRequests('judge', 10)

const MODEL: ModelDescription = {
  ...{ architecture: 'fake', name: 'fake', license: undefined, layers: 1, width: 1, heads: 1, kvHeads: 1 },
  ...{ feedForward: 1, contextLength: 255, vocabularySize: 259, tokenizer: undefined, parameters: 1, tensors: 1 },
  quantization: [],
}

/** A setup whose vectors an engine with this seed passes. */
async function setupOf(seed: number): Promise<EngineSetup> {
  const engine = createFakeEngine({ seed })
  await engine.start()
  const evaluations = await engine.evaluate(requests)
  const domain = findDomain(DEFAULT_DOMAIN_NAME)
  if (domain === undefined) throw new Error('no default domain')
  const vectors: DomainVectors = {
    domain: domain.name,
    modelSha256: '00'.repeat(32),
    contextSize: 255,
    maxSequences: 1,
    exams: requests.map((request, index) => ({ request, words: evaluations[index]?.words ?? new Uint32Array() })),
  }
  return {
    model: { name: 'fake', path: '/nowhere', sha256: '00'.repeat(32), sizeBytes: 0, description: MODEL },
    domain,
    vectors,
    fingerprints: [],
  }
}

function judgeOf(dependencies: Omit<EngineServiceDependencies, 'clock' | 'logger'>): {
  judge: EngineService
  logger: RecordingLogger
  states: string[]
} {
  const logger = new RecordingLogger()
  const judge = createEngineService(
    { params: devnet, installation, workers: 1, niceness: 0 },
    { ...dependencies, clock: new ManualClock(0), logger },
  )
  const states: string[] = []
  judge.onChange(({ state }) => states.push(state))
  return { judge, logger, states }
}

it('judges after its self-test, and not before', async () => {
  const setup = await setupOf(1)
  const { judge, states } = judgeOf({ findSetup: async () => setup, createEngine: () => createFakeEngine({ seed: 1 }) })
  await expect(judge.evaluate(requests)).rejects.toMatchObject({ code: 'INFERENCE_NOT_RUNNING' })
  await judge.start()
  expect(states).toEqual(['starting', 'self-test', 'ready'])
  expect((await judge.evaluate(requests)).map(({ words }) => words)).toEqual(
    setup.vectors.exams.map(({ words }) => words),
  )
  await judge.stop()
  await expect(judge.evaluate(requests)).rejects.toMatchObject({ code: 'INFERENCE_NOT_RUNNING' })
})

it('hands on from which answers a second one is to be apart', async () => {
  const setup = await setupOf(1)
  const inner = createFakeEngine({ seed: 1 })
  const asked: (EvaluateOptions | undefined)[] = []
  const engine: InferenceEngine = {
    get status() {
      return inner.status
    },
    start: () => inner.start(),
    stop: () => inner.stop(),
    evaluate: (exams, options) => {
      asked.push(options)
      return inner.evaluate(exams, options)
    },
  }
  const { judge } = judgeOf({ findSetup: async () => setup, createEngine: () => engine })
  await judge.start()
  const apartFrom = await judge.evaluate(requests)
  await judge.evaluate(requests, { apartFrom })
  // The very answers: the engine knows its workers by them.
  expect(asked.at(-1)?.apartFrom?.[0]).toBe(apartFrom[0])
  await judge.stop()
})

const job: SearchJob = { exam: devnet.work.exam, epochKey: ZERO_HASH, sealHash: ZERO_HASH, target: 0n }

it('makes whole attempts by evaluations, or by the engine where it can', async () => {
  const setup = await setupOf(1)
  const { judge } = judgeOf({ findSetup: async () => setup, createEngine: () => createFakeEngine({ seed: 1 }) })
  const span = { first: 0n, end: 3n }
  await expect(judge.search(job, span)).rejects.toMatchObject({ code: 'INFERENCE_NOT_RUNNING' })
  await judge.start()
  let attempts = 0
  const onProgress = (progress: SearchProgress): void => {
    attempts += progress.attempts
  }
  expect(await judge.search(job, span, { onProgress })).toEqual({ solution: undefined, next: 3n })
  expect(attempts).toBe(3)
  await judge.stop()
  await expect(judge.search(job, span)).rejects.toMatchObject({ code: 'INFERENCE_NOT_RUNNING' })

  const fake = createFakeEngine({ seed: 1 })
  const engine: InferenceEngine = Object.assign(fake, { search: async () => ({ solution: undefined, next: 2n }) })
  const other = judgeOf({ findSetup: async () => setup, createEngine: () => engine })
  await other.judge.start()
  expect(await other.judge.search(job, span)).toEqual({ solution: undefined, next: 2n })
})

it('abstains where its bits are others, with the engine stopped', async () => {
  const setup = await setupOf(1)
  const engine = createFakeEngine({ seed: 2 })
  const { judge, logger } = judgeOf({ findSetup: async () => setup, createEngine: () => engine })
  await judge.start()
  expect(judge.status).toMatchObject({ state: 'abstaining', reason: { code: 'INFERENCE_DOMAIN_MISMATCH' } })
  expect(engine.status.state).toBe('stopped')
  expect(logger.messages('error')).toEqual(['This node abstains: it neither mines nor judges blocks'])
  const refusal = judge.evaluate(requests)
  await expect(refusal).rejects.toBeInstanceOf(EngineError)
  await expect(refusal).rejects.toMatchObject({
    code: 'INFERENCE_NOT_RUNNING',
    cause: { code: 'INFERENCE_DOMAIN_MISMATCH' },
  })
})

it('abstains where the model is missing, saying what to do', async () => {
  const missing = new AppError('MODEL_MISSING', 'no such model', { hint: 'poai model pull x' })
  const { judge } = judgeOf({ findSetup: () => Promise.reject(missing) })
  await judge.start()
  expect(judge.status).toMatchObject({ state: 'abstaining', reason: missing, engine: undefined })
  await expect(judge.evaluate(requests)).rejects.toMatchObject({ hint: 'poai model pull x' })
})

it('does not take a bug for a reason to abstain', async () => {
  const { judge } = judgeOf({ findSetup: () => Promise.reject(new TypeError('bug')) })
  await expect(judge.start()).rejects.toThrow('bug')
})

it('abstains when no worker is left', async () => {
  const setup = await setupOf(1)
  const inner = createFakeEngine({ seed: 1 })
  let tell: (event: EngineEvent) => void = () => undefined
  let hasFailed = false
  const engine: InferenceEngine = {
    get status() {
      return hasFailed ? { ...inner.status, state: 'failed' as const } : inner.status
    },
    start: () => inner.start(),
    stop: () => inner.stop(),
    evaluate: (...call) => inner.evaluate(...call),
  }
  const { judge } = judgeOf({
    findSetup: async () => setup,
    createEngine: (_setup, onEvent) => {
      tell = onEvent
      return engine
    },
  })
  await judge.start()
  const error = new EngineError('INFERENCE_WORKER_CRASHED', 'it died')
  tell({ kind: 'worker-crashed', error })
  expect(judge.status.state).toBe('ready')
  hasFailed = true
  tell({ kind: 'worker-retired', error })
  expect(judge.status).toMatchObject({ state: 'abstaining', reason: error })
})

it('can be stopped while it looks for its model', async () => {
  const found = Promise.withResolvers<EngineSetup>()
  const { judge } = judgeOf({ findSetup: () => found.promise, createEngine: () => createFakeEngine() })
  const starting = judge.start()
  await judge.stop()
  found.resolve(await setupOf(1))
  await starting
  expect(judge.status).toMatchObject({ state: 'stopped', engine: undefined })
})
