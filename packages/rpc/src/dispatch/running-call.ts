import type { Call, Session } from '@poai/api'
import type { AnswerHold } from '../server/client-memory.ts'
import type { Deadlines } from './deadlines.ts'
import { COST_PER_MS, type RateLimiter } from './rate-limiter.ts'
import type { Turns } from './turns.ts'

/** What all running calls share. */
export interface RunningCallDependencies {
  readonly deadlines: Deadlines
  readonly turns: Turns
  /** Milliseconds of a clock that only goes forward. */
  readonly elapsedMs: () => number
}

/** What belongs to one call alone. */
export interface CallStart {
  /** Counts its answer. */
  readonly hold: Pick<AnswerHold, 'grow'>
  readonly startedMs: number
  /** Who pays for it. */
  readonly rates: Pick<RateLimiter, 'charge'>
}

/** Creates its signal on first use: most methods answer at once, and a signal costs more than they do. */
export class RunningCall implements Call {
  readonly session: Session
  readonly #dependencies: RunningCallDependencies
  readonly #hold: Pick<AnswerHold, 'grow'>
  readonly #rates: Pick<RateLimiter, 'charge'>
  /** When it began to compute without a pause. */
  #sinceMs: number
  #controller: AbortController | undefined

  constructor(session: Session, dependencies: RunningCallDependencies, { hold, startedMs, rates }: CallStart) {
    this.session = session
    this.#dependencies = dependencies
    this.#hold = hold
    this.#rates = rates
    this.#sinceMs = startedMs
  }

  charge(cost: number): void {
    const { client } = this.session
    if (client !== undefined) this.#rates.charge(client, cost)
  }

  readonly pause = (): Promise<void> | undefined => (this.#dependencies.turns.isOver() ? this.#rest() : undefined)

  grow(characters: number): void {
    this.#hold.grow(characters)
  }

  get signal(): AbortSignal {
    this.#controller ??= this.#open()
    return this.#controller.signal
  }

  /** The call is over. */
  finish(): void {
    if (this.#controller === undefined) return
    this.#dependencies.deadlines.remove(this.#controller)
    this.session.closed.removeEventListener('abort', this.#onClosed)
  }

  async #rest(): Promise<void> {
    const { elapsedMs, turns } = this.#dependencies
    this.charge((elapsedMs() - this.#sinceMs) * COST_PER_MS)
    await turns.wait(this.session.queue)
    this.#sinceMs = elapsedMs()
    this.signal.throwIfAborted()
  }

  #open(): AbortController {
    const controller = new AbortController()
    const { closed } = this.session
    if (closed.aborted) controller.abort(closed.reason)
    else closed.addEventListener('abort', this.#onClosed)
    this.#dependencies.deadlines.add(controller)
    return controller
  }

  readonly #onClosed = (): void => this.#controller?.abort(this.session.closed.reason)
}
