import type { NonceSpan, SearchJob, SearchProgress } from './attempt-search.ts'
import { EngineError } from './engine-error.ts'
import type { EngineModel, EvaluationRequest, WorkerStatus } from './inference-engine.ts'
import { restartDelayMs } from './restart-delay.ts'
import type { SessionOptions } from './session-options.ts'
import type { Timers } from './timers.ts'
import type { LaunchWorker, WorkerExit, WorkerProcess } from './worker-process.ts'
import {
  decodeResults,
  encodeBatch,
  type FromWorker,
  type SearchEnding,
  type WorkerFailure,
} from './worker-protocol.ts'

/** Starts in a row that may fail before a slot that never served gives up: a missing file does not appear by itself. */
export const MAX_FAILED_STARTS = 3

/** The worker died or had to be killed under a batch or a search. */
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

/** Failures that another start on this machine cannot fix. */
const FINAL_CODES: readonly string[] = [
  'INFERENCE_DOMAIN_MISMATCH',
  'INFERENCE_PLATFORM_UNSUPPORTED',
  'INFERENCE_VECTORS_INVALID',
]

/** The state of a slot, apart from what its worker is doing. */
type SlotState = Exclude<WorkerStatus['state'], 'idle' | 'busy'> | 'serving'

/** One place for a worker: keeps a process alive in it, and gives it one batch at a time, and one search besides. */
export class WorkerSlot {
  readonly #options: WorkerSlotOptions
  readonly #dependencies: WorkerSlotDependencies
  #state: SlotState = 'waiting'
  #process: WorkerProcess | undefined
  #batch: BatchInFlight | undefined
  #search: SearchInFlight | undefined
  /** Number of the last batch or search. */
  #lastId = 0
  #launches = 0
  /** Ends of processes since a batch was last answered or an attempt made. */
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
    const busy = this.#batch !== undefined || this.#search !== undefined
    const state = this.#state === 'serving' ? (busy ? 'busy' : 'idle') : this.#state
    return { pid: this.#process?.pid, state, restarts: Math.max(0, this.#launches - 1) }
  }

  /** True if the worker may be given a batch: it serves, and has none. It may be searching; then it interrupts that. */
  get takesBatch(): boolean {
    return this.#state === 'serving' && this.#batch === undefined && this.#sentence === undefined && !this.#stopping
  }

  /** True if the worker has neither a batch nor a search. */
  get isFree(): boolean {
    return this.takesBatch && this.#search === undefined
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
      case 'searched':
        if (this.#search?.id === message.id) this.#finishSearch(message.ending)
    }
  }

  #hearProgress(search: SearchInFlight, progress: SearchProgress): void {
    this.#failures = 0
    this.#watch()
    search.onProgress(progress)
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

  /** Kills the worker unless it reports in time: on its batch, since that goes first, or else on its search. */
  #watch(): void {
    this.#cancelTimer()
    this.#cancelTimer = (): void => {}
    const parts = this.#batch === undefined ? (this.#search === undefined ? 0 : 1) : this.#batch.requests.length
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
