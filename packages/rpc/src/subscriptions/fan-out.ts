import type { Unsubscribe } from '@poai/chain'
import type { Logger } from '@poai/core'

/** Listeners that are told without a pause: some milliseconds. */
const SLICE = 256
/** Events that wait for their listeners; further ones are told at once, so that none is lost and no queue grows. */
const MAX_WAITING = 64

type Listener<Event> = (event: Event) => void
type Subscribe<Event> = (listener: Listener<Event>) => Unsubscribe

/** An event on its way. */
interface Round<Event> {
  readonly event: Event
  readonly listeners: readonly { readonly listener: Listener<Event> }[]
  next: number
}

/**
 * Tells many listeners of what one source says, in order, some at a time: ten thousand subscribers must not keep the node from its next
 * block. Listens to the source only as long as somebody listens here.
 */
export class FanOut<Event> {
  readonly #source: Subscribe<Event>
  readonly #logger: Pick<Logger, 'error'>
  readonly #listeners = new Set<{ readonly listener: Listener<Event> }>()
  readonly #waiting: Round<Event>[] = []
  #unsubscribe: Unsubscribe | undefined
  #isScheduled = false

  constructor(source: Subscribe<Event>, logger: Pick<Logger, 'error'>) {
    this.#source = source
    this.#logger = logger
  }

  readonly subscribe: Subscribe<Event> = (listener) => {
    const subscription = { listener }
    this.#listeners.add(subscription)
    this.#unsubscribe ??= this.#source((event) => this.#emit(event))
    return () => {
      this.#listeners.delete(subscription)
      if (this.#listeners.size > 0) return
      this.#unsubscribe?.()
      this.#unsubscribe = undefined
    }
  }

  #emit(event: Event): void {
    this.#waiting.push({ event, listeners: [...this.#listeners], next: 0 })
    if (!this.#isScheduled) this.#tell(SLICE)
    else if (this.#waiting.length > MAX_WAITING) this.#tell(Number.POSITIVE_INFINITY)
  }

  #tell(most: number): void {
    for (let told = 0; told < most; told++) {
      const entry = this.#next()
      if (entry === undefined) return
      const { event, subscription } = entry
      if (!this.#listeners.has(subscription)) continue
      try {
        subscription.listener(event)
      } catch (error) {
        this.#logger.error('A subscriber could not be told', { error })
      }
    }
    if (this.#isScheduled) return
    this.#isScheduled = true
    setImmediate(() => {
      this.#isScheduled = false
      this.#tell(SLICE)
    })
  }

  #next(): { readonly event: Event; readonly subscription: { readonly listener: Listener<Event> } } | undefined {
    for (;;) {
      const round = this.#waiting[0]
      if (round === undefined) return undefined
      const subscription = round.listeners[round.next++]
      if (subscription !== undefined) return { event: round.event, subscription }
      this.#waiting.shift()
    }
  }
}
