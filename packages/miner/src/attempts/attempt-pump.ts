import { setImmediate } from 'node:timers/promises'
import {
  type Attempt,
  type AttemptSource,
  EvaluationError,
  type ExamEvaluation,
  type ExamEvaluator,
  examToRequest,
  type FinishedAttempt,
  type VoidAttempt,
} from '@poai/consensus'
import { type Clock, InvariantError, type Logger, type Startable } from '@poai/core'
import { Outage } from '../outage.ts'

/** What attempts are made at. */
export interface PumpJob {
  readonly attempts: AttemptSource
}

/** An attempt with its answer. */
export interface AttemptReport<Job extends PumpJob> {
  readonly job: Job
  readonly attempt: Attempt
  readonly evaluation: ExamEvaluation
  readonly outcome: FinishedAttempt | VoidAttempt
}

/** Who hears of what the pump does. Called on its own turn of the event loop, never within a call of the pump. */
export interface PumpListener<Job extends PumpJob> {
  onAttempt(report: AttemptReport<Job>): void
  /** Attempts that workers had begun when their job became worthless. */
  onStale(attempts: number): void
  /** All nonces of the job are spent. */
  onExhausted(job: Job): void
}

export interface PumpOptions {
  /** Workers of the engine that are to be kept busy. */
  readonly workers: number
  /** Attempts in one call. By the pace of the machine: asked for at each call. */
  readonly batchSize: () => number
}

export interface PumpDependencies<Job extends PumpJob> {
  readonly engine: ExamEvaluator
  readonly listener: PumpListener<Job>
  readonly clock: Pick<Clock, 'sleep'>
  readonly logger: Pick<Logger, 'warn' | 'info' | 'debug'>
}

/**
 * One call of each worker is with the worker, one waits in the engine's queue: the worker has its next exams at once, and the pump
 * finishes and builds while they are computed. More would only wait.
 */
const CALLS_PER_WORKER = 2

/**
 * Keeps an engine's workers busy with attempts at a job, and changes jobs without an idle moment.
 *
 * Every lane makes one call after the other. Calls go in order, so those in a worker's hands are the oldest ones in flight.
 */
export class AttemptPump<Job extends PumpJob> implements Startable {
  readonly #options: PumpOptions
  readonly #dependencies: PumpDependencies<Job>
  readonly #outage: Outage
  readonly #stopping = new AbortController()
  readonly #inFlight = new Set<{ readonly attempts: number }>()
  #job: Job | undefined
  #era = new AbortController()
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

  /** Why no attempts are made although there is a job. */
  get failure(): unknown {
    return this.#outage.error
  }

  /** Calls that wait for the engine. */
  get callsInFlight(): number {
    return this.#inFlight.size
  }

  async start(): Promise<void> {
    if (this.#lanes !== undefined) throw new InvariantError('An attempt pump is started once')
    const lanes = Array.from({ length: this.#options.workers * CALLS_PER_WORKER }, () => this.#lane())
    this.#lanes = Promise.all(lanes)
  }

  async stop(): Promise<void> {
    this.#stopping.abort()
    this.halt()
    await this.#lanes
  }

  /** From now on attempts are made at `job`. Those in flight go on: what they find is still worth its block. */
  work(job: Job): void {
    this.#job = job
    this.#jobCame.resolve()
  }

  /** Drops the job and everything in flight. */
  halt(): void {
    this.#forgetJob()
    if (this.#inFlight.size === 0) return
    const begun = [...this.#inFlight].slice(0, this.#options.workers)
    this.#inFlight.clear()
    this.#era.abort()
    this.#era = new AbortController()
    this.#dependencies.listener.onStale(begun.reduce((sum, { attempts }) => sum + attempts, 0))
  }

  async #lane(): Promise<void> {
    while (!this.#stopping.signal.aborted) {
      const job = this.#job
      if (job === undefined) {
        await this.#jobCame.promise
        continue
      }
      const attempts = job.attempts.take(this.#options.batchSize())
      if (attempts.length > 0) await this.#call(job, attempts)
      else if (this.#job === job) {
        // What is in flight are its last nonces: they may still be worth a block.
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

  async #call(job: Job, attempts: readonly Attempt[]): Promise<void> {
    const { signal } = this.#era
    const call = { attempts: attempts.length }
    this.#inFlight.add(call)
    try {
      const requests = attempts.map(({ exam }) => examToRequest(exam))
      const evaluations = await this.#dependencies.engine.evaluate(requests, { priority: 'mine', signal })
      // The worker has its next call already. An engine that answers at once must not keep the process from all else.
      await setImmediate()
      if (signal.aborted) return
      this.#inFlight.delete(call)
      this.#finish(job, attempts, evaluations)
      this.#outage.over()
    } catch (error) {
      this.#inFlight.delete(call)
      if (!signal.aborted) await this.#outage.endure(error, this.#stopping.signal)
    }
  }

  #finish(job: Job, attempts: readonly Attempt[], evaluations: readonly ExamEvaluation[]): void {
    for (const [index, attempt] of attempts.entries()) {
      const evaluation = evaluations[index]
      if (evaluation === undefined) throw tooFewEvaluations(attempts.length, evaluations.length)
      const outcome = job.attempts.finish(attempt, evaluation)
      this.#dependencies.listener.onAttempt({ job, attempt, evaluation, outcome })
    }
  }
}

function tooFewEvaluations(wanted: number, given: number): EvaluationError {
  return new EvaluationError('CONSENSUS_EVALUATION_SHAPE', 'The engine answered with too few evaluations', {
    expected: `${wanted} evaluations`,
    actual: `${given} evaluations`,
  })
}
