import type { Deadlines } from './deadlines.ts'
import type { Call, Session } from './method.ts'

/** Makes its signal when somebody reads it: most methods answer at once, and a signal costs more than they do. */
export class RunningCall implements Call {
  readonly session: Session
  readonly #deadlines: Deadlines
  #controller: AbortController | undefined

  constructor(session: Session, deadlines: Deadlines) {
    this.session = session
    this.#deadlines = deadlines
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
