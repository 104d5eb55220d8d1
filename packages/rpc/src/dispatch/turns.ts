import { TURN_MS } from '@poai/chain'

/**
 * All calls together get one slice of the thread in each round of the event loop: blocks and peers wait no longer than
 * this, however many calls there are. Within the slice clients take turns, so that a client that asks a lot waits for
 * itself.
 */
export class Turns {
  /** When the slice of this round began; undefined: no call has computed in it. */
  #sinceMs: number | undefined
  /** By client, in the order of their turns. */
  readonly #waiting = new Map<string, (() => void)[]>()

  /** What a call waits for before it begins; undefined: it may begin at once. */
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

  /** Resolves when it is the client's turn, in this round or a later one. */
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
    // Sockets, timers and other threads are served before this runs.
    setImmediate(this.#nextRound)
  }

  readonly #nextRound = (): void => {
    this.#sinceMs = undefined
    if (this.#waiting.size === 0) return
    this.#open(performance.now())
    this.#letOneGo()
  }

  /** The next one follows when this one waits for something, if time is left. */
  readonly #letOneGo = (): void => {
    const next = this.#waiting.entries().next().value
    if (next === undefined || this.isOver()) return
    const [client, calls] = next
    const goOn = calls.shift()
    this.#waiting.delete(client)
    if (calls.length > 0) this.#waiting.set(client, calls)
    goOn?.()
    // After everything that the call does without waiting.
    queueMicrotask(() => process.nextTick(this.#letOneGo))
  }
}
