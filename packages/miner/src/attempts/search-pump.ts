import { setImmediate } from 'node:timers/promises'
import type { AttemptSearcher, NonceSpan, SearchJob, SearchProgress, SearchSeal } from '@poai/consensus'
import { type Clock, InvariantError, type Logger, type Startable } from '@poai/core'
import { Outage } from '../outage.ts'
import type { NonceSpans } from './nonce-spans.ts'

/** What attempts are made at. */
export interface PumpJob {
  readonly search: SearchJob
  readonly spans: NonceSpans
}

/** Hears what the pump does. Called on its own turn of the event loop, never within a call of the pump. */
export interface PumpListener<Job extends PumpJob> {
  onProgress(job: Job, progress: SearchProgress): void
  onSolved(job: Job, seal: SearchSeal): void
  /** Workers had begun this many attempts when their job was solved or became worthless. */
  onStale(attempts: number): void
  /** All nonces of the job have been dealt out. */
  onExhausted(job: Job): void
}

export interface PumpOptions {
  /** How many workers of the engine to keep busy. */
  readonly workers: number
}

export interface PumpDependencies<Job extends PumpJob> {
  readonly searcher: AttemptSearcher
  readonly listener: PumpListener<Job>
  readonly clock: Pick<Clock, 'sleep'>
  readonly logger: Pick<Logger, 'warn' | 'info' | 'debug'>
}

/** A search under way. */
interface LaneSearch<Job> {
  readonly job: Job
  /** Aborted when a newer job waits. What the search finds until it ends is still worth its block. */
  readonly replaced: AbortController
  /** Aborted when nobody wants what it may still find. */
  readonly halted: AbortController
}

/** What an engine gives up at an abort unless it says otherwise: the attempt in hand. */
const DROPPED_AT_ABORT = 1

/**
 * Keeps an engine's workers busy with attempts at a job, and changes jobs without an idle moment. For each worker, a
 * lane makes one search after the other, over spans of the job's nonces.
 */
export class SearchPump<Job extends PumpJob> implements Startable {
  readonly #options: PumpOptions
  readonly #dependencies: PumpDependencies<Job>
  readonly #outage: Outage
  readonly #stopping = new AbortController()
  readonly #searches = new Set<LaneSearch<Job>>()
  #job: Job | undefined
  #jobCame: PromiseWithResolvers<void> = Promise.withResolvers()
  #lanes: Promise<unknown> | undefined

  constructor(options: PumpOptions, dependencies: PumpDependencies<Job>) {
    this.#options = options
    this.#dependencies = dependencies
    this.#outage = new Outage(
      { failed: 'The engine does not answer attempts: mining waits', recovered: 'The engine answers attempts again' },
      dependencies,
    )
  }

  /** Why no attempts are being made although there is a job. */
  get failure(): unknown {
    return this.#outage.error
  }

  async start(): Promise<void> {
    if (this.#lanes !== undefined) throw new InvariantError('A search pump is started once')
    this.#lanes = Promise.all(Array.from({ length: this.#options.workers }, () => this.#lane()))
  }

  async stop(): Promise<void> {
    this.#stopping.abort()
    this.halt()
    await this.#lanes
  }

  /** Makes attempts at `job` from now on. What was found for the job before it is still worth its block. */
  work(job: Job): void {
    const replaced = this.#job
    this.#job = job
    this.#jobCame.resolve()
    // Lanes may finish the last spans of a job: ranges smaller than the number of lanes would otherwise never be tried.
    if (replaced === undefined) return
    for (const search of this.#searches) if (search.job !== job) search.replaced.abort()
  }

  /** Drops the job and everything in flight. */
  halt(): void {
    this.#forgetJob()
    for (const { halted } of this.#searches) halted.abort()
  }

  async #lane(): Promise<void> {
    while (!this.#stopping.signal.aborted) {
      const job = this.#job
      if (job === undefined) {
        await this.#jobCame.promise
        continue
      }
      const span = job.spans.take()
      if (span !== undefined) await this.#search(job, span)
      else if (this.#job === job) {
        // Other lanes go on with its last nonces, which may still be worth a block.
        this.#forgetJob()
        this.#dependencies.listener.onExhausted(job)
      }
    }
  }

  #forgetJob(): void {
    const waiting = this.#jobCame
    this.#job = undefined
    this.#jobCame = Promise.withResolvers()
    waiting.resolve()
  }

  async #search(job: Job, span: NonceSpan): Promise<void> {
    const { searcher, listener } = this.#dependencies
    const search: LaneSearch<Job> = { job, replaced: new AbortController(), halted: new AbortController() }
    const { signal } = search.halted
    const wrapUp = search.replaced.signal
    let next = span.first
    let dropped: number | undefined
    const onProgress = (progress: SearchProgress): void => {
      dropped = progress.dropped
      if (progress.attempts === 0) return
      next += BigInt(progress.attempts)
      this.#outage.over()
      listener.onProgress(job, progress)
    }
    this.#searches.add(search)
    try {
      const { solution, next: rest } = await searcher.search(job.search, span, { signal, wrapUp, onProgress })
      next = rest
      // A searcher that answers at once must not hold up the rest of the process.
      await setImmediate()
      if (dropped !== undefined) listener.onStale(dropped)
      if (solution !== undefined && !signal.aborted) listener.onSolved(job, solution)
    } catch (error) {
      if (signal.aborted) listener.onStale(dropped ?? DROPPED_AT_ABORT)
      else if (error !== wrapUp.reason) await this.#outage.endure(error, this.#stopping.signal)
    } finally {
      this.#searches.delete(search)
      job.spans.giveBack({ first: next, end: span.end })
    }
  }
}
