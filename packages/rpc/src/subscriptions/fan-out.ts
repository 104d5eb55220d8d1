import { createPace } from '@poai/chain'
import type { Logger, Unsubscribe } from '@poai/core'

/** Listeners that are told between two looks at the clock. */
const LISTENERS_PER_LOOK = 16
/**
 * Events that wait for their listeners. Beyond that the oldest is dropped: listeners that are too slow hear of what
 * follows.
 */
const MAX_WAITING = 1024

/** Begins a turn; says when it has lasted long enough. */
const measuredTurn = (): (() => boolean) => createPace().isDue

type Listener<Event> = (event: Event) => void
type Subscribe<Event> = (listener: Listener<Event>) => Unsubscribe

/** An event on its way. */
interface Round<Event> {
  readonly event: Event
  readonly listeners: readonly { readonly listener: Listener<Event> }[]
  next: number
}

/**
 * Passes the events of one source to many listeners, in order, some at a time: ten thousand subscribers must not keep
 * the node from its next block. Listens to the source only while there are listeners.
 */
export class FanOut<Event> {
  readonly #source: Subscribe<Event>
  readonly #logger: Pick<Logger, 'error' | 'debug'>
  readonly #listeners = new Set<{ readonly listener: Listener<Event> }>()
  readonly #waiting: Round<Event>[] = []
  readonly #startTurn: () => () => boolean
  #unsubscribe: Unsubscribe | undefined
  #isScheduled = false

  constructor(
    source: Subscribe<Event>,
    logger: Pick<Logger, 'error' | 'debug'>,
    startTurn: () => () => boolean = measuredTurn,
  ) {
    this.#startTurn = startTurn
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
    if (this.#waiting.length > MAX_WAITING) {
      this.#waiting.shift()
      this.#logger.debug('Subscribers are told too slowly: an event was dropped')
    }
    if (!this.#isScheduled) this.#tell()
  }

  #tell(): void {
    const isOver = this.#startTurn()
    for (let told = 1; ; told++) {
      const entry = this.#next()
      if (entry === undefined) return
      const { event, subscription } = entry
      if (this.#listeners.has(subscription)) {
        try {
          subscription.listener(event)
        } catch (error) {
          this.#logger.error('A subscriber could not be told', { error })
        }
      }
      if (told % LISTENERS_PER_LOOK === 0 && isOver()) break
    }
    this.#isScheduled = true
    setImmediate(() => {
      this.#isScheduled = false
      this.#tell()
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
