import { InvariantError } from '@poai/core'
import { buildProgram } from '../build/build-program.ts'
import { findNativeProgram } from '../build/native-program.ts'
import type { NonceSpan, SearchAttempts, SearchJob, SearchOptions, SearchResult } from '../engine/attempt-search.ts'
import { EngineError } from '../engine/engine-error.ts'
import type { EnginePool } from '../engine/engine-pool.ts'
import type {
  EngineState,
  EngineStatus,
  EvaluateOptions,
  Evaluation,
  EvaluationRequest,
  InferenceEngine,
} from '../engine/inference-engine.ts'
import { createNativePool, createWasmPool } from './own-pools.ts'
import type { PortableEngineDependencies, PortableEngineOptions } from './portable-options.ts'

/**
 * The compiler steps back behind what people do on the machine, but not behind the workers: beside busy ones at 19 it takes minutes
 * (measured), and each of them costs more attempts than the compiler does.
 */
const BUILD_NICENESS = 5

/**
 * Runs the native program where it is built and works, else WebAssembly at once. Then, if it may, it compiles the native program,
 * tries it out, and lets a new pool take over: evaluations go on where they are, and searches end early, so that their callers go on
 * with the new one. Meanwhile the machine holds the model twice.
 */
export class ImprovingEngine implements InferenceEngine {
  readonly #options: PortableEngineOptions
  readonly #dependencies: PortableEngineDependencies
  readonly #stopping = new AbortController()
  /** Those that served before the current one. */
  readonly #past: EnginePool[] = []
  #current: EnginePool
  /** On trial, or about to take over. */
  #next: EnginePool | undefined
  /** Until a pool serves, and once it is to stop; between them the current pool's state is the engine's. */
  #state: EngineState | undefined = 'new'
  #improvement: Promise<void> = Promise.resolve()
  #stopped: Promise<void> | undefined

  constructor(options: PortableEngineOptions, dependencies: PortableEngineDependencies) {
    this.#options = options
    this.#dependencies = dependencies
    this.#current = createWasmPool(options, dependencies)
  }

  get status(): EngineStatus {
    const status = this.#current.status
    const past = this.#past.map((pool) => pool.status)
    return {
      ...status,
      state: this.#state ?? status.state,
      evaluations: past.reduce((sum, { evaluations }) => sum + evaluations, status.evaluations),
      crashes: past.reduce((sum, { crashes }) => sum + crashes, status.crashes),
    }
  }

  async start(): Promise<void> {
    if (this.#state !== 'new') throw new InvariantError(`An engine that is ${this.status.state} cannot be started`)
    this.#state = 'starting'
    const isNative = await this.#startNative()
    this.#throwIfStopping()
    if (!isNative) await this.#current.start().finally(() => this.#leaveStarting())
    this.#leaveStarting()
    if (!isNative && this.#options.improves === true) this.#improvement = this.#improve()
  }

  stop(): Promise<void> {
    this.#stopped ??= this.#stop()
    return this.#stopped
  }

  async evaluate(requests: readonly EvaluationRequest[], options?: EvaluateOptions): Promise<readonly Evaluation[]> {
    return await this.#current.evaluate(requests, options)
  }

  readonly search: SearchAttempts = async (
    job: SearchJob,
    span: NonceSpan,
    options?: SearchOptions,
  ): Promise<SearchResult> => {
    const { search } = this.#current
    if (search === undefined) throw new InvariantError('The own engine searches')
    return await search(job, span, options)
  }

  /** True if the program was there and serves now. */
  async #startNative(): Promise<boolean> {
    const program = await findNativeProgram(this.#options.cacheDirectory)
    if (program === undefined) return false
    this.#throwIfStopping()
    const wasm = this.#current
    this.#current = createNativePool(this.#options, this.#dependencies, async () => program.file)
    try {
      await this.#current.start()
      return true
    } catch (error) {
      this.#throwIfStopping()
      await this.#current.stop()
      this.#current = wasm
      this.#tellUnavailable(error)
      return false
    }
  }

  async #improve(): Promise<void> {
    const { cacheDirectory } = this.#options
    const { signal } = this.#stopping
    try {
      const { file } = await buildProgram(
        { cacheDirectory, niceness: BUILD_NICENESS, signal },
        { selfTest: (draft) => this.#tryOut(draft) },
      )
      const next = createNativePool(this.#options, this.#dependencies, async () => file)
      await this.#startNext(next)
      await this.#swap(next)
    } catch (error) {
      if (!signal.aborted) this.#tellUnavailable(error)
    }
  }

  /** One worker is enough to see what the program computes, and leaves the others their time. */
  async #tryOut(file: string): Promise<void> {
    const { tryOut, admit } = this.#dependencies
    const admission = admit === undefined ? {} : { admit }
    const trial = createNativePool({ ...this.#options, workers: 1 }, admission, async () => file)
    try {
      await this.#startNext(trial)
      await tryOut?.(trial)
    } finally {
      await trial.stop()
    }
  }

  async #startNext(pool: EnginePool): Promise<void> {
    this.#stopping.signal.throwIfAborted()
    this.#next = pool
    await pool.start().catch(async (error: unknown) => {
      await pool.stop()
      throw error
    })
  }

  async #swap(next: EnginePool): Promise<void> {
    const before = this.#current
    this.#current = next
    this.#next = undefined
    this.#past.push(before)
    this.#dependencies.onEvent?.({ kind: 'engine-swapped', from: before.status.program, to: next.status.program })
    await before.retire()
  }

  #tellUnavailable(error: unknown): void {
    if (!(error instanceof EngineError)) throw error
    this.#dependencies.onEvent?.({ kind: 'program-unavailable', error })
  }

  async #stop(): Promise<void> {
    this.#state = 'stopping'
    this.#stopping.abort()
    const pools = [this.#current, ...(this.#next === undefined ? [] : [this.#next]), ...this.#past]
    await Promise.all(pools.map((pool) => pool.stop()))
    await this.#improvement
    this.#state = 'stopped'
  }

  #leaveStarting(): void {
    if (this.#state === 'starting') this.#state = undefined
  }

  #throwIfStopping(): void {
    if (!this.#stopping.signal.aborted) return
    throw new EngineError('INFERENCE_NOT_RUNNING', 'The inference engine was stopped while it started')
  }
}
