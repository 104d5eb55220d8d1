import type { Deadlines } from './deadlines.ts'
import type { Call, Session } from './method.ts'
import type { RateLimiter } from './rate-limiter.ts'

/** Makes its signal when somebody reads it: most methods answer at once, and a signal costs more than they do. */
export class RunningCall implements Call {
  readonly session: Session
  readonly #deadlines: Deadlines
  readonly #rates: Pick<RateLimiter, 'charge'>
  #controller: AbortController | undefined

  constructor(
    session: Session,
    { deadlines, rates }: { readonly deadlines: Deadlines; readonly rates: Pick<RateLimiter, 'charge'> },
  ) {
    this.session = session
    this.#deadlines = deadlines
    this.#rates = rates
  }

  charge(cost: number): void {
    const { client } = this.session
    if (client !== undefined) this.#rates.charge(client, cost)
  }

  get signal(): AbortSignal {
    this.#controller ??= this.#open()
    return this.#controller.signal
  }

  /** Nobody waits for it any more. */
  finish(): void {
    if (this.#controller === undefined) return
    this.#deadlines.remove(this.#controller)
    this.session.closed.removeEventListener('abort', this.#onClosed)
  }

  #open(): AbortController {
    const controller = new AbortController()
    const { closed } = this.session
    if (closed.aborted) controller.abort(closed.reason)
    else closed.addEventListener('abort', this.#onClosed)
    this.#deadlines.add(controller)
    return controller
  }

  readonly #onClosed = (): void => this.#controller?.abort(this.session.closed.reason)
}
