import { InvariantError } from '@poai/core'
import type { NonceSpan, SearchAttempts, SearchJob, SearchOptions, SearchResult } from './attempt-search.ts'
import { BatchPace } from './batch-pace.ts'
import { BatchQueue } from './batch-queue.ts'
import { EngineError } from './engine-error.ts'
import type { PoolOptions } from './engine-options.ts'
import { createAnswer } from './evaluation.ts'
import { type Batch, cutIntoBatches, EvaluationJob, splitBatch } from './evaluation-job.ts'
import type {
  EngineModel,
  EngineProgram,
  EngineState,
  EngineStatus,
  EvaluateOptions,
  Evaluation,
  EvaluationRequest,
  GenerateOptions,
  Generation,
  GenerationRequest,
  InferenceEngine,
} from './inference-engine.ts'
import { PoolSearches } from './pool-searches.ts'
import { RequestStrikes } from './request-strikes.ts'
import type { SessionOptions } from './session-options.ts'
import type { Timers } from './timers.ts'
import { validateRequests } from './validate-request.ts'
import { validateSearch } from './validate-search.ts'
import type { LaunchWorker } from './worker-process.ts'
import { type RunBatch, WorkerDeath, WorkerSlot } from './worker-slot.ts'

/** Something that a person may want to read in a log. */
export type EngineEvent =
  | { readonly kind: 'worker-ready'; readonly pid: number | undefined }
  | { readonly kind: 'worker-crashed'; readonly error: EngineError }
  | { readonly kind: 'worker-retired'; readonly error: EngineError }
  /** Another program took over while the engine was serving. */
  | { readonly kind: 'engine-swapped'; readonly from: EngineProgram; readonly to: EngineProgram }
  /** The native program cannot be used, for now or on this machine: the engine serves without it. */
  | { readonly kind: 'program-unavailable'; readonly error: EngineError }

/** What a pool needs, and nothing more. */
export interface PoolDependencies {
  /** What the workers run. */
  readonly program: EngineProgram
  /** True if the workers make whole attempts. */
  readonly canSearch: boolean
  readonly launch: LaunchWorker
  readonly timers: Timers
  /** What workers load; asked for once, at the start. */
  readonly prepareSession: () => Promise<SessionOptions>
  /** Tries a worker that has just loaded; rejecting keeps it from serving. Default: admits all. */
  readonly admit?: (run: RunBatch, model: EngineModel) => Promise<void>
  readonly onEvent?: (event: EngineEvent) => void
}

/** Spreads evaluations over worker processes, and survives their deaths. */
export class EnginePool implements InferenceEngine {
  readonly search: SearchAttempts | undefined
  readonly #options: PoolOptions
  readonly #dependencies: PoolDependencies
  readonly #queue: BatchQueue
  readonly #pace: BatchPace
  readonly #strikes = new RequestStrikes()
  readonly #searches = new PoolSearches()
  /** Calls of `evaluate` that have not settled. */
  readonly #calls = new Set<Promise<unknown>>()
  /** Which slot computed an evaluation, for as long as somebody keeps it. */
  readonly #origins = new WeakMap<Pick<Evaluation, 'words'>, WorkerSlot>()
  readonly #inFlight = new Set<Promise<void>>()
  readonly #started: PromiseWithResolvers<void> = Promise.withResolvers()
  #slots: readonly WorkerSlot[] = []
  #state: EngineState = 'new'
  #model: EngineModel | undefined
  #evaluations = 0
  #crashes = 0
  #lastError: EngineError | undefined
  #cancelOutage: (() => void) | undefined
  #stopped: Promise<void> | undefined

  constructor(options: PoolOptions, dependencies: PoolDependencies) {
    this.#options = options
    this.#dependencies = dependencies
    this.#queue = new BatchQueue(options.queueLimit)
    this.#pace = new BatchPace(options.batchTargetMs)
    this.search = dependencies.canSearch
      ? (job, span, searchOptions) => this.#search(job, span, searchOptions)
      : undefined
    // `start` returns this promise; if nobody called it, stopping must not end the process.
    this.#started.promise.catch(() => {})
  }

  get status(): EngineStatus {
    return {
      state: this.#state,
      program: this.#dependencies.program,
      workers: this.#slots.map((slot) => slot.status),
      queued: this.#queue.counts,
      evaluations: this.#evaluations,
      crashes: this.#crashes,
      model: this.#model,
    }
  }

  async start(): Promise<void> {
    if (this.#state !== 'new') throw new InvariantError(`An engine that is ${this.#state} cannot be started`)
    this.#state = 'starting'
    try {
      this.#fillSlots(await this.#dependencies.prepareSession())
    } catch (error) {
      // Unless it has been stopped meanwhile.
      if (this.#state === 'starting') this.#state = 'failed'
      throw error
    }
    await this.#started.promise
  }

  stop(): Promise<void> {
    this.#stopped ??= this.#stop()
    return this.#stopped
  }

  async evaluate(
    requests: readonly EvaluationRequest[],
    { signal, priority = 'verify', apartFrom = [] }: EvaluateOptions = {},
  ): Promise<readonly Evaluation[]> {
    signal?.throwIfAborted()
    if (this.#state !== 'running' || this.#model === undefined) throw this.#notRunning()
    validateRequests(requests, this.#model)
    if (requests.length === 0) return []
    if (requests.some((request) => this.#strikes.isRefused(request))) throw refused()
    if (!this.#queue.hasRoom(priority, requests.length)) throw this.#full()
    const job = new EvaluationJob(requests, { priority, avoided: this.#workersOf(apartFrom) })
    const { batchRequests, batchTokens } = this.#options
    const limits = { requests: batchRequests, tokens: this.#pace.tokenLimit(batchTokens) }
    this.#queue.push(priority, cutIntoBatches(job, limits))
    this.#dispatch()
    const answer = this.#untilAborted(job, signal).finally(() => this.#calls.delete(answer))
    this.#calls.add(answer)
    return await answer
  }

  async generate(_request: GenerationRequest, _options: GenerateOptions = {}): Promise<Generation> {
    throw new EngineError('INFERENCE_WORKER_FAILED', 'This engine does not generate yet')
  }

  /**
   * Ends the life of a pool that another one replaces: answers what it has been asked, ends its searches where they
   * are, and stops. The caller asks nothing more of it.
   */
  async retire(): Promise<void> {
    this.#searches.endEarly()
    await Promise.allSettled(this.#calls)
    await this.stop()
  }

  async #search(job: SearchJob, span: NonceSpan, options: SearchOptions = {}): Promise<SearchResult> {
    options.signal?.throwIfAborted()
    if (this.#state !== 'running' || this.#model === undefined) throw this.#notRunning()
    validateSearch(job, span, this.#model)
    if (span.first === span.end) return { solution: undefined, next: span.end }
    if (this.#searches.count >= this.#options.queueLimit) throw this.#full()
    const result = this.#searches.add(job, span, options)
    this.#dispatch()
    return await result
  }

  async #untilAborted(job: EvaluationJob, signal: AbortSignal | undefined): Promise<readonly Evaluation[]> {
    if (signal === undefined) return await job.promise
    const abort = (): void => {
      this.#queue.remove(job)
      job.fail(signal.reason)
    }
    signal.addEventListener('abort', abort, { once: true })
    try {
      return await job.promise
    } finally {
      signal.removeEventListener('abort', abort)
    }
  }

  #fillSlots(session: SessionOptions): void {
    // Stopped while the session was being prepared.
    if (this.#state !== 'starting') return
    const { launch, timers, admit = async () => {} } = this.#dependencies
    this.#slots = Array.from(
      { length: this.#options.workers },
      () =>
        new WorkerSlot(
          { session, startTimeoutMs: this.#options.startTimeoutMs, requestTimeoutMs: this.#options.requestTimeoutMs },
          {
            launch,
            timers,
            admit: async (run, model) => {
              await admit(run, model)
              this.#model ??= model
            },
            onReady: (slot) => this.#onReady(slot),
            onCrash: (_slot, error) => this.#onCrash(error),
            onRetired: (_slot, error) => this.#onRetired(error),
          },
        ),
    )
    for (const slot of this.#slots) slot.start()
  }

  #onReady(slot: WorkerSlot): void {
    this.#cancelOutage?.()
    this.#cancelOutage = undefined
    this.#dependencies.onEvent?.({ kind: 'worker-ready', pid: slot.status.pid })
    if (this.#state === 'starting') {
      this.#state = 'running'
      this.#started.resolve()
    }
    this.#dispatch()
  }

  #onCrash(error: EngineError): void {
    this.#crashes += 1
    this.#lastError = error
    this.#dependencies.onEvent?.({ kind: 'worker-crashed', error })
    // What avoids all other workers may now go to those.
    this.#dispatch()
    if (this.#slots.some(isServing)) return
    this.#cancelOutage ??= this.#dependencies.timers.after(this.#options.outageTimeoutMs, () => {
      this.#cancelOutage = undefined
      this.#failQueued(error)
      this.#searches.reject(error)
    })
  }

  #onRetired(error: EngineError): void {
    this.#lastError = error
    this.#dependencies.onEvent?.({ kind: 'worker-retired', error })
    if (!this.#slots.every(({ status }) => status.state === 'retired')) return
    this.#state = 'failed'
    this.#started.reject(error)
    this.#failQueued(error)
    this.#searches.reject(error)
  }

  /** Gives waiting batches to workers, idle ones first, and waiting searches to those that have nothing else to do. */
  #dispatch(): void {
    const takers = this.#slots.filter((slot) => slot.takesBatch)
    for (const slot of [...takers.filter(({ isFree }) => isFree), ...takers.filter(({ isFree }) => !isFree)]) {
      const batch = this.#queue.take(({ job }) => !job.avoided.has(slot) || !this.#isServedWithout(job.avoided))
      if (batch === undefined) continue
      const done = this.#run(slot, batch).finally(() => this.#inFlight.delete(done))
      this.#inFlight.add(done)
    }
    this.#searches.assign(this.#slots, () => this.#dispatch())
  }

  async #run(slot: WorkerSlot, batch: Batch): Promise<void> {
    const { timers } = this.#dependencies
    const begin = timers.now()
    try {
      const words = await slot.run(batch.requests)
      this.#pace.observe(countTokens(batch.requests), timers.now() - begin)
      this.#evaluations += words.length
      for (const request of batch.requests) this.#strikes.clear(request)
      const evaluations = batch.requests.map((request, index) =>
        createAnswer(request, words[index] ?? new Uint32Array()),
      )
      for (const evaluation of evaluations) this.#origins.set(evaluation, slot)
      batch.job.answer(batch, evaluations)
    } catch (error) {
      if (error instanceof WorkerDeath) this.#retry(batch, error)
      else this.#give(batch, error)
    } finally {
      this.#dispatch()
    }
  }

  #workersOf(evaluations: readonly Pick<Evaluation, 'words'>[]): ReadonlySet<object> {
    const slots = new Set<object>()
    for (const evaluation of evaluations) {
      const slot = this.#origins.get(evaluation)
      if (slot !== undefined) slots.add(slot)
    }
    return slots
  }

  /** True if a worker other than `avoided` serves. */
  #isServedWithout(avoided: ReadonlySet<object>): boolean {
    return this.#slots.some((slot) => !avoided.has(slot) && isServing(slot))
  }

  /** A worker died under the batch: once more elsewhere, each request alone, or the end of the call. */
  #retry(batch: Batch, death: WorkerDeath): void {
    const [only, ...others] = batch.requests
    const alone = only !== undefined && others.length === 0
    if (alone && death.suspicious) this.#strikes.add(only)
    if (batch.job.settled) return
    const lives = batch.lives - (death.suspicious ? 2 : 1)
    if (this.#state !== 'running') this.#give(batch, this.#notRunning())
    else if (lives <= 0) this.#give(batch, death.reason)
    else {
      this.#queue.putBack(batch.job.priority, splitBatch({ ...batch, lives }))
    }
  }

  /** Ends the batch's call with `error`; its other batches leave the queue. */
  #give(batch: Batch, error: unknown): void {
    this.#queue.remove(batch.job)
    batch.job.fail(error)
  }

  #failQueued(error: EngineError): void {
    for (const { job } of this.#queue.drain()) job.fail(error)
  }

  async #stop(): Promise<void> {
    this.#state = 'stopping'
    const ended = this.#notRunning()
    this.#started.reject(ended)
    this.#failQueued(ended)
    this.#searches.reject(ended)
    this.#cancelOutage?.()
    await this.#inFlightOrTimeout()
    await Promise.all(this.#slots.map((slot) => slot.stop()))
    await Promise.all([...this.#inFlight, this.#searches.untilSettled()])
    this.#state = 'stopped'
  }

  async #inFlightOrTimeout(): Promise<void> {
    if (this.#inFlight.size === 0 && this.#searches.count === 0) return
    const timeout = Promise.withResolvers<void>()
    const cancel = this.#dependencies.timers.after(this.#options.stopTimeoutMs, timeout.resolve)
    await Promise.race([Promise.all([...this.#inFlight, this.#searches.untilSettled()]), timeout.promise])
    cancel()
  }

  #notRunning(): EngineError {
    return new EngineError('INFERENCE_NOT_RUNNING', `The inference engine is ${this.#state}`, {
      expected: 'running',
      actual: this.#state,
      ...(this.#lastError?.hint === undefined ? {} : { hint: this.#lastError.hint }),
      ...(this.#lastError === undefined ? {} : { cause: this.#lastError }),
    })
  }

  #full(): EngineError {
    const waiting = Object.entries(this.#queue.counts).map(([priority, count]) => `${count} to ${priority}`)
    return new EngineError('INFERENCE_QUEUE_FULL', 'The queue of evaluations is full', {
      expected: `at most ${this.#options.queueLimit} requests waiting in each priority`,
      actual: `waiting: ${waiting.join(', ')}`,
      hint: 'Wait for earlier calls to finish.',
    })
  }
}

function isServing({ status }: WorkerSlot): boolean {
  return status.state === 'idle' || status.state === 'busy'
}

function countTokens(requests: readonly EvaluationRequest[]): number {
  return requests.reduce((sum, { tokens }) => sum + tokens.length, 0)
}

function refused(): EngineError {
  return new EngineError(
    'INFERENCE_REQUEST_REFUSED',
    'This request has brought down several workers and is not tried again',
    {
      hint: 'Report the request: no engine should crash on it.',
    },
  )
}
