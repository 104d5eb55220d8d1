import type { SearchJob, SearchProgress } from '@poai/consensus'
import { AppError, devnet, ZERO_HASH } from '@poai/core'
import {
  createFakeEngine,
  EngineError,
  type EngineEvent,
  type EvaluateOptions,
  type InferenceEngine,
} from '@poai/inference'
import { ManualClock } from '@poai/testing/manual-clock'
import { expect, it } from 'vitest'
import {
  createEngineService,
  type EngineService,
  type EngineServiceDependencies,
  RETRY_MS,
} from '../../../src/engine/engine-service.ts'
import type { EngineSetup } from '../../../src/engine/engine-setup.ts'
import { FAKE_EXAMS, fakeSetup } from '../../support/fake-model.ts'
import { RecordingLogger } from '../../support/recording-logger.ts'

const installation = { models: '/nowhere', home: '/nowhere', modelStore: '/nowhere', cache: '/nowhere' }
function serviceOf(dependencies: Omit<EngineServiceDependencies, 'clock' | 'logger'>): {
  service: EngineService
  logger: RecordingLogger
  states: string[]
  clock: ManualClock
} {
  const logger = new RecordingLogger()
  const clock = new ManualClock(0)
  const service = createEngineService(
    { pin: () => devnet.work, installation, workers: 1, niceness: 0 },
    { ...dependencies, clock, logger },
  )
  const states: string[] = []
  service.onChange(({ state }) => states.push(state))
  return { service, logger, states, clock }
}

it('judges after its self-test, and not before', async () => {
  const setup = await fakeSetup(1)
  const { service, states } = serviceOf({
    findSetup: async () => setup,
    createEngine: () => createFakeEngine({ seed: 1 }),
  })
  await expect(service.evaluate(FAKE_EXAMS)).rejects.toMatchObject({ code: 'INFERENCE_NOT_RUNNING' })
  await service.start()
  expect(states).toEqual(['starting', 'self-test', 'ready'])
  expect((await service.evaluate(FAKE_EXAMS)).map(({ words }) => words)).toEqual(
    setup.vectors.exams.map(({ words }) => words),
  )
  await service.stop()
  await expect(service.evaluate(FAKE_EXAMS)).rejects.toMatchObject({ code: 'INFERENCE_NOT_RUNNING' })
})

it('hands on from which answers a second one is to be apart', async () => {
  const setup = await fakeSetup(1)
  const inner = createFakeEngine({ seed: 1 })
  const asked: (EvaluateOptions | undefined)[] = []
  const engine: InferenceEngine = {
    get status() {
      return inner.status
    },
    start: () => inner.start(),
    stop: () => inner.stop(),
    generate: (...call) => inner.generate(...call),
    evaluate: (exams, options) => {
      asked.push(options)
      return inner.evaluate(exams, options)
    },
  }
  const { service } = serviceOf({ findSetup: async () => setup, createEngine: () => engine })
  await service.start()
  const apartFrom = await service.evaluate(FAKE_EXAMS)
  await service.evaluate(FAKE_EXAMS, { apartFrom })
  // The very answers: the engine knows its workers by them.
  expect(asked.at(-1)?.apartFrom?.[0]).toBe(apartFrom[0])
  await service.stop()
})

const job: SearchJob = { exam: devnet.work.exam, epochKey: ZERO_HASH, sealHash: ZERO_HASH, target: 0n }

it('makes whole attempts by evaluations, or by the engine where it can', async () => {
  const setup = await fakeSetup(1)
  const { service } = serviceOf({ findSetup: async () => setup, createEngine: () => createFakeEngine({ seed: 1 }) })
  const span = { first: 0n, end: 3n }
  await expect(service.search(job, span)).rejects.toMatchObject({ code: 'INFERENCE_NOT_RUNNING' })
  await service.start()
  let attempts = 0
  const onProgress = (progress: SearchProgress): void => {
    attempts += progress.attempts
  }
  expect(await service.search(job, span, { onProgress })).toEqual({ solution: undefined, next: 3n })
  expect(attempts).toBe(3)
  await service.stop()
  await expect(service.search(job, span)).rejects.toMatchObject({ code: 'INFERENCE_NOT_RUNNING' })

  const fake = createFakeEngine({ seed: 1 })
  const engine: InferenceEngine = Object.assign(fake, { search: async () => ({ solution: undefined, next: 2n }) })
  const other = serviceOf({ findSetup: async () => setup, createEngine: () => engine })
  await other.service.start()
  expect(await other.service.search(job, span)).toEqual({ solution: undefined, next: 2n })
})

it('abstains where its bits are others, with the engine stopped', async () => {
  const setup = await fakeSetup(1)
  const engine = createFakeEngine({ seed: 2 })
  const { service, logger } = serviceOf({ findSetup: async () => setup, createEngine: () => engine })
  await service.start()
  expect(service.status).toMatchObject({ state: 'abstaining', reason: { code: 'INFERENCE_DOMAIN_MISMATCH' } })
  expect(engine.status.state).toBe('stopped')
  expect(logger.messages('error')).toEqual(['This node abstains: it neither mines nor judges blocks'])
  const refusal = service.evaluate(FAKE_EXAMS)
  await expect(refusal).rejects.toBeInstanceOf(EngineError)
  await expect(refusal).rejects.toMatchObject({
    code: 'INFERENCE_NOT_RUNNING',
    cause: { code: 'INFERENCE_DOMAIN_MISMATCH' },
  })
})

it('abstains where the model is missing, saying what to do', async () => {
  const missing = new AppError('MODEL_MISSING', 'no such model', { hint: 'poai model pull x' })
  const { service } = serviceOf({ findSetup: () => Promise.reject(missing) })
  await service.start()
  expect(service.status).toMatchObject({ state: 'abstaining', reason: missing, engine: undefined })
  await expect(service.evaluate(FAKE_EXAMS)).rejects.toMatchObject({ hint: 'poai model pull x' })
})

it('does not take a bug for a reason to abstain', async () => {
  const { service } = serviceOf({ findSetup: () => Promise.reject(new TypeError('bug')) })
  await expect(service.start()).rejects.toThrow('bug')
})

it('abstains when no worker is left', async () => {
  const setup = await fakeSetup(1)
  const inner = createFakeEngine({ seed: 1 })
  let tell: (event: EngineEvent) => void = () => undefined
  let hasFailed = false
  const engine: InferenceEngine = {
    get status() {
      return hasFailed ? { ...inner.status, state: 'failed' as const } : inner.status
    },
    start: () => inner.start(),
    stop: () => inner.stop(),
    generate: (...call) => inner.generate(...call),
    evaluate: (...call) => inner.evaluate(...call),
  }
  const { service } = serviceOf({
    findSetup: async () => setup,
    createEngine: (_setup, onEvent) => {
      tell = onEvent
      return engine
    },
  })
  await service.start()
  const error = new EngineError('INFERENCE_WORKER_CRASHED', 'it died')
  tell({ kind: 'worker-crashed', error })
  expect(service.status.state).toBe('ready')
  hasFailed = true
  tell({ kind: 'worker-retired', error })
  expect(service.status).toMatchObject({ state: 'abstaining', reason: error })
})

it('can be stopped while it looks for its model', async () => {
  const found = Promise.withResolvers<EngineSetup>()
  const { service } = serviceOf({ findSetup: () => found.promise, createEngine: () => createFakeEngine() })
  const starting = service.start()
  await service.stop()
  found.resolve(await fakeSetup(1))
  await starting
  expect(service.status).toMatchObject({ state: 'stopped', engine: undefined })
})

it('looks again after a while for what was missing, and goes on by itself', async () => {
  const missing = new AppError('MODEL_MISSING', 'no such model', { hint: 'poai model pull x' })
  const setup = await fakeSetup(1)
  let isThere = false
  const { service, states, logger, clock } = serviceOf({
    findSetup: async () => {
      if (isThere) return setup
      throw missing
    },
    createEngine: () => createFakeEngine({ seed: 1 }),
  })
  await service.start()
  await clock.advance(RETRY_MS - 1)
  expect(states).toEqual(['starting', 'abstaining'])
  await clock.advance(1)
  expect(states).toEqual(['starting', 'abstaining', 'starting', 'abstaining'])
  expect(logger.messages('error'), 'the same reason is told once').toHaveLength(1)
  isThere = true
  const ready = new Promise<void>((resolve) => service.onChange(({ state }) => state === 'ready' && resolve()))
  await clock.advance(RETRY_MS)
  await ready
  expect(service.status.reason).toBeUndefined()
  await service.evaluate(FAKE_EXAMS)
  await service.stop()
})

it('does not look again where its bits are others, nor once it is stopped', async () => {
  const setup = await fakeSetup(1)
  const other = serviceOf({ findSetup: async () => setup, createEngine: () => createFakeEngine({ seed: 2 }) })
  await other.service.start()
  expect(other.clock.sleepers).toBe(0)
  const missing = new AppError('MODEL_MISSING', 'no such model')
  const stopped = serviceOf({ findSetup: () => Promise.reject(missing) })
  await stopped.service.start()
  expect(stopped.clock.sleepers).toBe(1)
  await stopped.service.stop()
  expect(stopped.clock.sleepers).toBe(0)
})
