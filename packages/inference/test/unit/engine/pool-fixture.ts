import { DEFAULT_POOL_OPTIONS, type PoolOptions } from '../../../src/engine/engine-options.ts'
import { type EngineEvent, EnginePool, type PoolDependencies } from '../../../src/engine/engine-pool.ts'
import type { Evaluation, EvaluationRequest } from '../../../src/engine/inference-engine.ts'
import {
  createManualTimers,
  createScriptedWorkers,
  type ManualTimers,
  type ScriptedWorker,
} from './scripted-workers.ts'

/** A pool of scripted workers, and all that moves it. */
export interface PoolFixture {
  readonly pool: EnginePool
  readonly workers: ScriptedWorker[]
  readonly timers: ManualTimers
  readonly events: EngineEvent[]
  readonly started: Promise<void>
}

/** A pool that starts. */
export function createFixture(
  options: Partial<PoolOptions> = {},
  dependencies: Partial<PoolDependencies> = {},
): PoolFixture {
  const timers = createManualTimers()
  const { launch, workers } = createScriptedWorkers()
  const events: EngineEvent[] = []
  const session = { modelPath: '', contextSize: 100 }
  const pool = new EnginePool(
    { ...DEFAULT_POOL_OPTIONS, workers: 1, batchRequests: 2, ...options },
    {
      program: 'native',
      canSearch: true,
      launch,
      timers,
      prepareSession: async () => session,
      onEvent: (event) => void events.push(event),
      ...dependencies,
    },
  )
  const started = pool.start()
  started.catch(() => {})
  return { pool, workers, timers, events, started }
}

/** All that is due in the microtask queue. */
export async function settle(): Promise<void> {
  await new Promise((resolve) => setImmediate(resolve))
}

/** A pool whose workers are all ready. */
export async function createRunning(options: Partial<PoolOptions> = {}): Promise<PoolFixture> {
  const fixture = createFixture(options)
  await settle()
  for (const worker of fixture.workers) worker.ready()
  await fixture.started
  await settle()
  return fixture
}

/** A request that scripted workers answer with its first token. */
export function request(firstToken: number): EvaluationRequest {
  return { tokens: Uint32Array.of(firstToken, 1, 2), positions: Uint32Array.of(2), probes: Uint32Array.of(5) }
}

export function requests(...firstTokens: readonly number[]): readonly EvaluationRequest[] {
  return firstTokens.map(request)
}

export function firstWords(evaluations: readonly Evaluation[]): readonly (number | undefined)[] {
  return evaluations.map(({ words }) => words[0])
}

/** Attaches a handler at once, so that a rejection is never unhandled; returns the error. */
export function failure(promise: Promise<unknown>): Promise<unknown> {
  return promise.then(
    () => undefined,
    (error: unknown) => error,
  )
}

/** The last worker that was launched, or another one. */
export function worker(fixture: PoolFixture, index: number = fixture.workers.length - 1): ScriptedWorker {
  const found = fixture.workers[index]
  if (found === undefined) throw new Error(`there is no worker ${index}`)
  return found
}
