import type { NonceSpan, SearchJob, SearchProgress } from './attempt-search.ts'
import { EngineError } from './engine-error.ts'
import {
  type EngineModel,
  type EvaluationPriority,
  type EvaluationRequest,
  type GeneratedToken,
  PRIORITIES,
  type WorkerStatus,
} from './inference-engine.ts'
import { restartDelayMs } from './restart-delay.ts'
import type { SessionOptions } from './session-options.ts'
import { decodeDrawn } from './slice-codec.ts'
import type { Timers } from './timers.ts'
import type { LaunchWorker, WorkerExit, WorkerProcess } from './worker-process.ts'
import {
  decodeResults,
  encodeBatch,
  type FromWorker,
  type SearchEnding,
  type SliceRest,
  type WorkerFailure,
} from './worker-protocol.ts'

/** Starts in a row that may fail before a slot that never served gives up: a missing file does not appear by itself. */
export const MAX_FAILED_STARTS = 3

/** The worker died or had to be killed under a batch, a slice or a search. */
export class WorkerDeath extends Error {
  /** What a caller is told if the batch is given up. */
  readonly reason: EngineError
  /**
   * True if the process ended by itself or hung: then the batch may be the cause. False if something killed it from
   * outside.
   */
  readonly suspicious: boolean

  constructor(reason: EngineError, suspicious: boolean) {
    super(reason.message)
    this.reason = reason
    this.suspicious = suspicious
  }
}

/**
 * Evaluates one batch in one worker. Rejects with a {@link WorkerDeath}, or with an `EngineError` if the worker lives.
 */
export type RunBatch = (requests: readonly EvaluationRequest[]) => Promise<readonly Uint32Array[]>

export interface WorkerSlotOptions {
  readonly session: SessionOptions
  /** Longest that a worker may take to load the model. */
  readonly startTimeoutMs: number
  /** Longest that a worker may take for one request or attempt; a batch gets as much for each of its requests. */
  readonly requestTimeoutMs: number
}

export interface WorkerSlotDependencies {
  readonly launch: LaunchWorker
  readonly timers: Timers
  /** Tries a worker that has just loaded; one whose admission rejects never serves. */
  readonly admit: (run: RunBatch, model: EngineModel) => Promise<void>
  /** The slot's worker was admitted: the slot is idle. */
  readonly onReady: (slot: WorkerSlot) => void
  /** A worker ended without being asked to; the slot starts another unless it retires. */
  readonly onCrash: (slot: WorkerSlot, error: EngineError) => void
  /** The slot has given up for good. */
  readonly onRetired: (slot: WorkerSlot, error: EngineError) => void
}

interface BatchInFlight {
  readonly id: number
  readonly requests: readonly EvaluationRequest[]
  readonly resolve: (words: readonly Uint32Array[]) => void
  readonly reject: (error: Error) => void
}

interface SearchInFlight {
  readonly id: number
  readonly onProgress: (progress: SearchProgress) => void
  readonly resolve: (ending: SearchEnding) => void
  readonly reject: (error: Error) => void
}

/** A part of a generation, for one worker. */
export interface SliceOrder {
  /** The generation's number. */
  readonly generation: number
  /** After so long it rests; 0: only when it ends or something more urgent comes. */
  readonly milliseconds: number
  /** As in `slice-codec.ts`. */
  readonly words: Uint32Array
  readonly priority: EvaluationPriority
  /** How many output tokens it begins with. */
  readonly from: number
}

interface SliceInFlight {
  readonly id: number
  readonly priority: EvaluationPriority
  readonly onDrawn: (steps: readonly GeneratedToken[]) => void
  readonly resolve: (rest: SliceRest) => void
  readonly reject: (error: Error) => void
  /** The next output token that it tells of. */
  next: number
}

/** Failures that another start on this machine cannot fix. */
const FINAL_CODES: readonly string[] = [
  'INFERENCE_DOMAIN_MISMATCH',
  'INFERENCE_PLATFORM_UNSUPPORTED',
  'INFERENCE_VECTORS_INVALID',
]

/** The state of a slot, apart from what its worker is doing. */
type SlotState = Exclude<WorkerStatus['state'], 'idle' | 'busy'> | 'serving'

/**
 * One place for a worker: keeps a process alive in it, and gives it one batch at a time, and besides one slice of a
 * generation and one search.
 */
export class WorkerSlot {
  readonly #options: WorkerSlotOptions
  readonly #dependencies: WorkerSlotDependencies
  #state: SlotState = 'waiting'
  #process: WorkerProcess | undefined
  #batch: BatchInFlight | undefined
  #slice: SliceInFlight | undefined
  #search: SearchInFlight | undefined
  /** Number of the last batch, slice or search. */
  #lastId = 0
  #launches = 0
  /** Ends of processes since a batch was last answered, a token drawn or an attempt made. */
  #failures = 0
  #hasServed = false
  /** Why we kill the process ourselves, once we do. */
  #sentence: EngineError | undefined
  #stopping = false
  #cancelTimer = (): void => {}
  #gone: PromiseWithResolvers<void> | undefined

  constructor(options: WorkerSlotOptions, dependencies: WorkerSlotDependencies) {
    this.#options = options
    this.#dependencies = dependencies
  }

  get status(): WorkerStatus {
    const busy = [this.#batch, this.#slice, this.#search].some((work) => work !== undefined)
    const state = this.#state === 'serving' ? (busy ? 'busy' : 'idle') : this.#state
    return { pid: this.#process?.pid, state, restarts: Math.max(0, this.#launches - 1) }
  }

  /**
   * True if the worker may be given a batch of that priority: it serves, and has none. It may be searching or
   * generating for somebody less urgent; then it interrupts that.
   */
  takesBatch(priority: EvaluationPriority): boolean {
    const isMoreUrgent =
      this.#slice === undefined || PRIORITIES.indexOf(priority) < PRIORITIES.indexOf(this.#slice.priority)
    return this.#isWithoutBatch && isMoreUrgent
  }

  /** True if the worker may be given a slice of a generation: it has neither a batch nor a slice. */
  get takesSlice(): boolean {
    return this.#isWithoutBatch && this.#slice === undefined
  }

  /** True if the worker has nothing to do. */
  get isFree(): boolean {
    return this.takesSlice && this.#search === undefined
  }

  /** True if the worker searches. */
  get isSearching(): boolean {
    return this.#search !== undefined
  }

  get #isWithoutBatch(): boolean {
    return this.#state === 'serving' && this.#batch === undefined && this.#sentence === undefined && !this.#stopping
  }

  /** Starts the process. The slot reports through its dependencies how that goes. */
  start(): void {
    if (this.#stopping) return
    const { startTimeoutMs, session } = this.#options
    this.#state = 'starting'
    this.#launches += 1
    this.#sentence = undefined
    this.#gone = Promise.withResolvers()
    this.#cancelTimer = this.#dependencies.timers.after(startTimeoutMs, () => {
      this.#condemn(new EngineError('INFERENCE_TIMEOUT', `A worker did not load the model within ${startTimeoutMs} ms`))
    })
    this.#process = this.#dependencies.launch({
      onMessage: (message) => this.#onMessage(message),
      onExit: (exit) => this.#onExit(exit),
    })
    this.#process.send({ kind: 'load', options: session })
  }

  /** Gives a batch to a worker that takes one. */
  async run(requests: readonly EvaluationRequest[]): Promise<readonly Uint32Array[]> {
    const evaluations = await this.#send(requests)
    this.#failures = 0
    return evaluations
  }

  /**
   * Lets a worker that takes slices generate until the text ends, the time is over, or something more urgent arrives.
   * Rejects with a {@link WorkerDeath} if it dies.
   */
  generate(order: SliceOrder, onDrawn: (steps: readonly GeneratedToken[]) => void): Promise<SliceRest> {
    return new Promise((resolve, reject) => {
      const id = ++this.#lastId
      const { generation, milliseconds, words, priority, from } = order
      this.#slice = { id, priority, onDrawn, resolve, reject, next: from }
      this.#watch()
      this.#process?.send({ kind: 'generate', id, generation, milliseconds, words })
    })
  }

  /** Lets the worker rest from its generation after the token in hand, if it has one. */
  restSlice(): void {
    if (this.#slice !== undefined) this.#process?.send({ kind: 'cancel', id: this.#slice.id })
  }

  /**
   * Lets a free worker search until it has a solution, its span ends, or {@link cancelSearch} ends it. Batches go first
   * meanwhile. Rejects with a {@link WorkerDeath} if it dies.
   */
  search(job: SearchJob, span: NonceSpan, onProgress: (progress: SearchProgress) => void): Promise<SearchEnding> {
    return new Promise((resolve, reject) => {
      const id = ++this.#lastId
      this.#search = { id, onProgress, resolve, reject }
      this.#watch()
      this.#process?.send({ kind: 'search', id, job, span })
    })
  }

  /** Lets the worker end its search, if it has one; it reports its last attempts first. */
  cancelSearch(): void {
    if (this.#search !== undefined) this.#process?.send({ kind: 'cancel', id: this.#search.id })
  }

  /** Ends the process and resolves when it is gone. A batch or search in flight rejects. Safe to call twice. */
  async stop(): Promise<void> {
    this.#stopping = true
    this.#cancelTimer()
    this.#process?.kill()
    await this.#gone?.promise
  }

  #onMessage(message: FromWorker): void {
    switch (message.kind) {
      case 'ready':
        this.#cancelTimer()
        void this.#tryOut(message.model)
        return
      case 'load-failed':
        this.#condemn(fromFailure(message.failure))
        return
      case 'result':
        if (this.#batch?.id === message.id) this.#finish(checkResults(message.words, this.#batch.requests))
        return
      case 'batch-failed':
        if (this.#batch?.id === message.id) this.#finish(fromFailure(message.failure))
        return
      case 'progress':
        if (this.#search?.id === message.id) this.#hearProgress(this.#search, message.progress)
        return
      case 'drawn':
        if (this.#slice?.id === message.id) this.#hearDrawn(this.#slice, message.words)
        return
      case 'rested':
        if (this.#slice?.id === message.id) this.#finishSlice(message.rest)
        return
      case 'generation-failed':
        if (this.#slice?.id === message.id) this.#finishSlice(fromFailure(message.failure))
        return
      case 'searched':
        if (this.#search?.id === message.id) this.#finishSearch(message.ending)
    }
  }

  #hearProgress(search: SearchInFlight, progress: SearchProgress): void {
    this.#failures = 0
    this.#watch()
    search.onProgress(progress)
  }

  #hearDrawn(slice: SliceInFlight, words: Uint32Array): void {
    const steps = decodeDrawn(words, slice.next)
    if (steps === undefined) {
      this.#condemn(new EngineError('INFERENCE_WORKER_FAILED', `A worker told of tokens in ${words.length} words`))
      return
    }
    this.#failures = 0
    this.#watch()
    slice.next += steps.length
    slice.onDrawn(steps)
  }

  #finishSlice(outcome: SliceRest | Error): void {
    const slice = this.#slice
    this.#slice = undefined
    this.#watch()
    if (outcome instanceof Error) slice?.reject(outcome)
    else slice?.resolve(outcome)
  }

  #finishSearch(outcome: SearchEnding | Error): void {
    const search = this.#search
    this.#search = undefined
    this.#watch()
    if (outcome instanceof Error) search?.reject(outcome)
    else search?.resolve(outcome)
  }

  async #tryOut(model: EngineModel): Promise<void> {
    try {
      await this.#dependencies.admit((requests) => this.#sendEach(requests), model)
    } catch (error) {
      if (!(error instanceof WorkerDeath)) this.#condemn(toStartError(error))
      return
    }
    if (this.#stopping || this.#process === undefined || this.#sentence !== undefined) return
    this.#state = 'serving'
    this.#hasServed = true
    this.#dependencies.onReady(this)
  }

  /** One request per batch: it is not yet known how long this model takes. */
  async #sendEach(requests: readonly EvaluationRequest[]): Promise<readonly Uint32Array[]> {
    const evaluations: Uint32Array[] = []
    for (const request of requests) evaluations.push(...(await this.#send([request])))
    return evaluations
  }

  #send(requests: readonly EvaluationRequest[]): Promise<readonly Uint32Array[]> {
    return new Promise((resolve, reject) => {
      const id = ++this.#lastId
      this.#batch = { id, requests, resolve, reject }
      this.#watch()
      this.#process?.send({ kind: 'batch', id, words: encodeBatch(requests) })
    })
  }

  #finish(outcome: readonly Uint32Array[] | Error): void {
    const batch = this.#batch
    this.#batch = undefined
    this.#watch()
    if (outcome instanceof Error) batch?.reject(outcome)
    else batch?.resolve(outcome)
  }

  /** Kills the worker unless it reports in time: on its batch, since that goes first, or else on what else it has. */
  #watch(): void {
    this.#cancelTimer()
    this.#cancelTimer = (): void => {}
    const other = this.#slice === undefined && this.#search === undefined ? 0 : 1
    const parts = this.#batch?.requests.length ?? other
    if (parts === 0 || this.#process === undefined) return
    const timeoutMs = this.#options.requestTimeoutMs * parts
    this.#cancelTimer = this.#dependencies.timers.after(timeoutMs, () => {
      this.#condemn(new EngineError('INFERENCE_TIMEOUT', `A worker gave no answer within ${timeoutMs} ms`))
    })
  }

  /** Kills the process for `reason`. The consequences follow once it has gone. */
  #condemn(reason: EngineError): void {
    this.#sentence ??= reason
    this.#process?.kill()
  }

  #onExit(exit: WorkerExit): void {
    const reason = this.#sentence ?? describeExit(exit)
    const suspicious = this.#sentence !== undefined || !isKillFromOutside(exit)
    this.#cancelTimer()
    this.#process = undefined
    this.#state = 'waiting'
    this.#gone?.resolve()
    const death = new WorkerDeath(reason, suspicious && !this.#stopping)
    this.#finish(death)
    this.#finishSlice(death)
    this.#finishSearch(death)
    if (!this.#stopping) this.#recover(reason)
  }

  #recover(reason: EngineError): void {
    this.#failures += 1
    if (FINAL_CODES.includes(reason.code) || (!this.#hasServed && this.#failures >= MAX_FAILED_STARTS)) {
      this.#state = 'retired'
      this.#dependencies.onRetired(this, reason)
      return
    }
    this.#cancelTimer = this.#dependencies.timers.after(restartDelayMs(this.#failures), () => this.start())
    this.#dependencies.onCrash(this, reason)
  }
}

function checkResults(
  words: Uint32Array,
  requests: readonly EvaluationRequest[],
): readonly Uint32Array[] | EngineError {
  return (
    decodeResults(words, requests) ??
    new EngineError('INFERENCE_WORKER_FAILED', `A worker sent ${words.length} words, which is not what was asked for`)
  )
}

function toStartError(error: unknown): EngineError {
  if (error instanceof EngineError) return error
  return new EngineError('INFERENCE_START_FAILED', `A worker was not admitted: ${error}`, { cause: error })
}

/**
 * SIGKILL and SIGTERM come from the kernel's out-of-memory killer or an operator; a process that breaks gets other
 * signals.
 */
function isKillFromOutside({ signal }: WorkerExit): boolean {
  return signal === 'SIGKILL' || signal === 'SIGTERM'
}

function describeExit({ code, signal, lastWords }: WorkerExit): EngineError {
  const how = signal === null ? `with exit code ${code}` : `by ${signal}`
  return new EngineError('INFERENCE_WORKER_CRASHED', `A worker process ended ${how}`, {
    expected: 'a worker that stays alive',
    actual: lastWords === '' ? how : `${how}: ${lastWords}`,
  })
}

function fromFailure({ code, message, expected, actual, hint }: WorkerFailure): EngineError {
  return new EngineError(code, message, {
    ...(expected === undefined ? {} : { expected }),
    ...(actual === undefined ? {} : { actual }),
    ...(hint === undefined ? {} : { hint }),
  })
}
