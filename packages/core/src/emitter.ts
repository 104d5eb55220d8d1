import type { Logger } from './logger.ts'

/** Stops a subscription. May be called twice. */
export type Unsubscribe = () => void

/** The side of an event that others may use. */
export type Subscribe<Event> = (listener: (event: Event) => void) => Unsubscribe

/**
 * Tells listeners of one kind of event, in the order in which they subscribed, before `emit` returns. A listener that
 * throws is logged and does not keep the event from the others.
 */
export class Emitter<Event> {
  readonly #name: string
  readonly #logger: Pick<Logger, 'error'>
  readonly #listeners = new Set<{ readonly listener: (event: Event) => void }>()

  constructor(name: string, logger: Pick<Logger, 'error'>) {
    this.#name = name
    this.#logger = logger
  }

  readonly subscribe: Subscribe<Event> = (listener) => {
    const subscription = { listener }
    this.#listeners.add(subscription)
    return () => {
      this.#listeners.delete(subscription)
    }
  }

  emit(event: Event): void {
    for (const { listener } of [...this.#listeners]) {
      try {
        listener(event)
      } catch (error) {
        this.#logger.error('A listener failed', { event: this.#name, error })
      }
    }
  }
}
