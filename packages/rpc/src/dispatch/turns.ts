import { TURN_MS } from '@poai/chain'

/**
 * One slice of the thread for all calls together in each round of the event loop: blocks and peers wait no longer than
 * this for them, however many there are. Within it clients take turns, so that one that asks a lot waits for itself.
 */
export class Turns {
  /** When the slice of this round began; undefined: nobody has computed in it. */
  #sinceMs: number | undefined
  /** By client, in the order in which it is their turn. */
  readonly #waiting = new Map<string, (() => void)[]>()

  /** What a call waits for before it begins; undefined: it may at once. */
  enter(client: string): Promise<void> | undefined {
    return this.#waiting.size === 0 && !this.isOver() ? undefined : this.wait(client)
  }

  /** True if the slice of this round is used up. */
  isOver(): boolean {
    const nowMs = performance.now()
    if (this.#sinceMs === undefined) {
      this.#open(nowMs)
      return false
    }
    return nowMs - this.#sinceMs >= TURN_MS
  }

  /** Until it is the client's turn, in this round or a later one. */
  wait(client: string): Promise<void> {
    if (this.#sinceMs === undefined) this.#open(performance.now())
    const { promise, resolve } = Promise.withResolvers<void>()
    const known = this.#waiting.get(client)
    if (known === undefined) this.#waiting.set(client, [resolve])
    else known.push(resolve)
    return promise
  }

  #open(nowMs: number): void {
    this.#sinceMs = nowMs
    // Sockets, timers and other threads are heard before this comes.
    setImmediate(this.#nextRound)
  }

  readonly #nextRound = (): void => {
    this.#sinceMs = undefined
    if (this.#waiting.size === 0) return
    this.#open(performance.now())
    this.#letOneGo()
  }

  /** The next one follows when this one waits for something, if there is time left. */
  readonly #letOneGo = (): void => {
    const next = this.#waiting.entries().next().value
    if (next === undefined || this.isOver()) return
    const [client, calls] = next
    const goOn = calls.shift()
    this.#waiting.delete(client)
    if (calls.length > 0) this.#waiting.set(client, calls)
    goOn?.()
    // Behind all that the call does without waiting.
    queueMicrotask(() => process.nextTick(this.#letOneGo))
  }
}
