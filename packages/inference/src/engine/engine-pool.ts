import { InvariantError } from '@poai/core'
import type { NonceSpan, SearchAttempts, SearchJob, SearchOptions, SearchResult } from './attempt-search.ts'
import { BatchPace } from './batch-pace.ts'
import { BatchQueue } from './batch-queue.ts'
import { CallShare, SLICE_MS } from './call-share.ts'
import { EngineError } from './engine-error.ts'
import type { PoolOptions } from './engine-options.ts'
import { createAnswer } from './evaluation.ts'
import { type Batch, cutIntoBatches, EvaluationJob, splitBatch } from './evaluation-job.ts'
import {
  type EngineModel,
  type EngineProgram,
  type EngineState,
  type EngineStatus,
  type EvaluateOptions,
  type Evaluation,
  type EvaluationPriority,
  type EvaluationRequest,
  type GenerateOptions,
  type Generation,
  type GenerationRequest,
  type InferenceEngine,
  PRIORITIES,
} from './inference-engine.ts'
import { type GenerationCall, PoolGenerations } from './pool-generations.ts'
import { PoolSearches } from './pool-searches.ts'
import { RequestStrikes } from './request-strikes.ts'
import type { SessionOptions } from './session-options.ts'
import type { Timers } from './timers.ts'
import { validateGeneration } from './validate-generation.ts'
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

/** The order of work for a worker that has rested from calls, and for one that rests while attempts never end. */
const RESTED_ORDER = ['verify', 'build', 'call', 'mine'] as const
const WITHOUT_CALLS = ['verify', 'build', 'mine'] as const

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

/** Spreads evaluations and generations over worker processes, and survives their deaths. */
export class EnginePool implements InferenceEngine {
  readonly search: SearchAttempts | undefined
  readonly #options: PoolOptions
  readonly #dependencies: PoolDependencies
  readonly #queue: BatchQueue
  readonly #pace: BatchPace
  readonly #strikes = new RequestStrikes()
  readonly #searches = new PoolSearches()
  readonly #generations = new PoolGenerations()
  readonly #callShare = new CallShare()
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
  /** Of the look at what waits when a worker has rested from calls. */
  #cancelLook: (() => void) | undefined
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
      queued: this.#queued,
      evaluations: this.#evaluations,
      crashes: this.#crashes,
      model: this.#model,
    }
  }

  get #queued(): EngineStatus['queued'] {
    const { verify, build, mine, call } = this.#queue.counts
    return {
      verify: verify + this.#generations.waiting('verify'),
      build: build + this.#generations.waiting('build'),
      mine: mine + this.#generations.waiting('mine'),
      call: call + this.#generations.waiting('call'),
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

  async generate(request: GenerationRequest, options: GenerateOptions = {}): Promise<Generation> {
    options.signal?.throwIfAborted()
    if (this.#state !== 'running' || this.#model === undefined) throw this.#notRunning()
    validateGeneration(request, this.#model)
    if (this.#strikes.isRefused(request)) throw refused()
    if (this.#generations.waiting(options.priority ?? 'call') >= this.#options.queueLimit) throw this.#full()
    // Copies: the caller's arrays may change while it waits.
    const { prompt, maxTokens, sampling, stopTokens } = request
    const { temperature, seed } = sampling
    const own = {
      ...{ prompt: prompt.slice(), maxTokens, stopTokens: [...stopTokens] },
      sampling: { temperature, seed: seed.slice() },
    }
    const answer = this.#generations.add(own, options).finally(() => this.#calls.delete(answer))
    this.#calls.add(answer)
    this.#dispatch()
    const generation = await answer
    this.#strikes.clear(own)
    return generation
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
      this.#failWaiting(error)
    })
  }

  #onRetired(error: EngineError): void {
    this.#lastError = error
    this.#dependencies.onEvent?.({ kind: 'worker-retired', error })
    if (!this.#slots.every(({ status }) => status.state === 'retired')) return
    this.#state = 'failed'
    this.#started.reject(error)
    this.#failWaiting(error)
  }

  /** Gives what waits to workers, idle ones first, and waiting searches to those that have nothing else to do. */
  #dispatch(): void {
    const slots = [...this.#slots.filter(({ isFree }) => isFree), ...this.#slots.filter(({ isFree }) => !isFree)]
    for (const slot of slots) this.#giveWork(slot)
    this.#generations.makeRoom()
    this.#searches.assign(this.#slots, () => this.#dispatch())
    this.#lookWhenRested()
  }

  /** Gives the slot the most urgent batch or generation that it may have now, if there is one. */
  #giveWork(slot: WorkerSlot): void {
    for (const priority of this.#orderFor(slot)) {
      const batch = slot.takesBatch(priority) ? this.#takeBatch(slot, priority) : undefined
      const call = batch === undefined && slot.takesSlice ? this.#takeGeneration(slot, priority) : undefined
      const work = batch !== undefined ? this.#run(slot, batch) : call && this.#generate(slot, call)
      if (work === undefined) continue
      const done = work.finally(() => this.#inFlight.delete(done))
      this.#inFlight.add(done)
      return
    }
  }

  /**
   * The priorities that the slot serves now, in their order: attempts before calls while it rests from these, and calls
   * before attempts when it has rested. A search is an attempt that never ends.
   */
  #orderFor(slot: WorkerSlot): readonly EvaluationPriority[] {
    if (this.#callShare.restMs(slot, this.#dependencies.timers.now()) === 0) return RESTED_ORDER
    return slot.isSearching || this.#searches.isAnyWaiting ? WITHOUT_CALLS : PRIORITIES
  }

  #takeBatch(slot: WorkerSlot, priority: EvaluationPriority): Batch | undefined {
    return this.#queue.take(priority, ({ job }) => !job.avoided.has(slot) || !this.#isServedWithout(job.avoided))
  }

  /**
   * A generation stays where its keys and values are. It moves if its worker is busy and another one is free; an urgent
   * one moves to any that takes it.
   */
  #takeGeneration(slot: WorkerSlot, priority: EvaluationPriority): GenerationCall | undefined {
    return this.#generations.take(priority, ({ home }) => {
      if (home === undefined || home === slot || !isServing(home)) return true
      return isUrgent(priority) ? !home.takesSlice : slot.isFree && !home.isFree
    })
  }

  /** Where calls wait for workers to have rested, looks again when the first one has. */
  #lookWhenRested(): void {
    this.#cancelLook?.()
    this.#cancelLook = undefined
    if (this.#queued.call === 0 || this.#state !== 'running') return
    const { timers } = this.#dependencies
    const rests = this.#slots.map((slot) => this.#callShare.restMs(slot, timers.now())).filter((ms) => ms > 0)
    if (rests.length > 0) this.#cancelLook = timers.after(Math.min(...rests), () => this.#dispatch())
  }

  async #generate(slot: WorkerSlot, call: GenerationCall): Promise<void> {
    const { timers } = this.#dependencies
    const begin = timers.now()
    await this.#generations.run(slot, call, isUrgent(call.priority) ? 0 : SLICE_MS, {
      onDeath: ({ request }, { suspicious }) => {
        if (suspicious) this.#strikes.add(request)
      },
    })
    this.#noteCalls(slot, call.priority, timers.now() - begin)
    this.#dispatch()
  }

  #noteCalls(slot: WorkerSlot, priority: EvaluationPriority, tookMs: number): void {
    if (priority === 'call') this.#callShare.observe(slot, tookMs, this.#dependencies.timers.now())
  }

  async #run(slot: WorkerSlot, batch: Batch): Promise<void> {
    const { timers } = this.#dependencies
    const begin = timers.now()
    try {
      const words = await slot.run(batch.requests)
      this.#noteCalls(slot, batch.job.priority, timers.now() - begin)
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

  /** Ends what has no worker, and what can be ended in the middle. */
  #failWaiting(error: EngineError): void {
    for (const { job } of this.#queue.drain()) job.fail(error)
    this.#generations.reject(error)
    this.#searches.reject(error)
  }

  async #stop(): Promise<void> {
    this.#state = 'stopping'
    const ended = this.#notRunning()
    this.#started.reject(ended)
    this.#failWaiting(ended)
    this.#cancelOutage?.()
    this.#cancelLook?.()
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
    const waiting = Object.entries(this.#queued).map(([priority, count]) => `${count} to ${priority}`)
    return new EngineError('INFERENCE_QUEUE_FULL', 'The queue of evaluations is full', {
      expected: `at most ${this.#options.queueLimit} requests waiting in each priority`,
      actual: `waiting: ${waiting.join(', ')}`,
      hint: 'Wait for earlier calls to finish.',
    })
  }
}

/** What attempts wait for. */
function isUrgent(priority: EvaluationPriority): boolean {
  return priority === 'verify' || priority === 'build'
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
