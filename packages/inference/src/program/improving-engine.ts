import { InvariantError } from '@poai/core'
import type { SearchAttempts } from '../engine/attempt-search.ts'
import { EngineError } from '../engine/engine-error.ts'
import type { EnginePool } from '../engine/engine-pool.ts'
import type {
  EngineState,
  EngineStatus,
  EvaluateOptions,
  Evaluation,
  EvaluationRequest,
  GenerateOptions,
  Generation,
  GenerationRequest,
  InferenceEngine,
} from '../engine/inference-engine.ts'
import { type EngineGoal, engineGoals, type GoalPool } from './engine-goals.ts'
import { createWasmPool } from './own-pools.ts'
import type { PortableEngineDependencies, PortableEngineOptions } from './portable-options.ts'

/**
 * Runs the best program that exists and works; WebAssembly always does. Then, if it may, it compiles the native program
 * or waits for llama.cpp to be built, tries it out, and lets a new pool take over: evaluations finish where they are,
 * and searches end early, so that their callers continue with the new pool. Meanwhile the machine holds the model
 * twice.
 */
export class ImprovingEngine implements InferenceEngine {
  readonly #options: PortableEngineOptions
  readonly #dependencies: PortableEngineDependencies
  readonly #stopping = new AbortController()
  /** The pools that served before the current one. */
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
    const [best, ...others] = engineGoals(this.#options)
    if (best !== undefined && (await this.#startFound(best))) {
      this.#leaveStarting()
      return
    }
    await this.#startWhatIsThere(others).finally(() => this.#leaveStarting())
    if (best !== undefined && this.#options.improves === true) this.#improvement = this.#improve(best)
  }

  stop(): Promise<void> {
    this.#stopped ??= this.#stop()
    return this.#stopped
  }

  async evaluate(requests: readonly EvaluationRequest[], options?: EvaluateOptions): Promise<readonly Evaluation[]> {
    return await this.#current.evaluate(requests, options)
  }

  async generate(request: GenerationRequest, options?: GenerateOptions): Promise<Generation> {
    return await this.#current.generate(request, options)
  }

  /** Until llama.cpp takes over, if it does: it knows no whole attempts. */
  get search(): SearchAttempts | undefined {
    return this.#current.search
  }

  async #startWhatIsThere(goals: readonly EngineGoal[]): Promise<void> {
    for (const goal of goals) if (await this.#startFound(goal)) return
    await this.#current.start()
  }

  /** True if the goal existed and serves now. */
  async #startFound(goal: EngineGoal): Promise<boolean> {
    const create = await goal.find()
    this.#throwIfStopping()
    if (create === undefined) return false
    const wasm = this.#current
    this.#current = create({ dependencies: this.#dependencies })
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

  async #improve(goal: EngineGoal): Promise<void> {
    const { signal } = this.#stopping
    const stopped = new Promise<void>((resolve) => signal.addEventListener('abort', () => resolve(), { once: true }))
    try {
      await Promise.race([this.#dependencies.mayImprove, stopped])
      signal.throwIfAborted()
      const create = await goal.pursue({ signal, tryOut: (createTrial) => this.#tryOut(createTrial) })
      const next = create({ dependencies: this.#dependencies })
      await this.#startNext(next)
      signal.throwIfAborted()
      await this.#swap(next)
    } catch (error) {
      if (!signal.aborted) this.#tellUnavailable(error)
    }
  }

  async #tryOut(create: (pool: GoalPool) => EnginePool): Promise<void> {
    const { tryOut, admit } = this.#dependencies
    const trial = create({ workers: 1, dependencies: admit === undefined ? {} : { admit } })
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

  /** Whatever the reason, the engine serves without the program. */
  #tellUnavailable(cause: unknown): void {
    const error =
      cause instanceof EngineError
        ? cause
        : new EngineError('INFERENCE_BUILD_FAILED', `The native program could not be made: ${cause}`, { cause })
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
