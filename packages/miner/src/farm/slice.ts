/** Bounds of a {@link Slice}. */
export interface SliceLimits {
  /** How many tasks may run at one time. */
  readonly atOnce: number
  /** How many tasks of one client may run or wait. */
  readonly perClient: number
  /** How many tasks of all clients may wait. */
  readonly maxWaiting: number
}

interface Waiting {
  readonly client: string
  enter(): void
}

/**
 * Places for tasks, first come, first served. A client has only so many in the queue, so nobody waits behind one that
 * floods it.
 */
export class Slice {
  readonly #limits: SliceLimits
  readonly #inLine = new Map<string, number>()
  readonly #waiting: Waiting[] = []
  #running = 0

  constructor(limits: SliceLimits) {
    this.#limits = limits
  }

  /** False if the client has its share already, or too many wait. Whoever enters must leave. */
  async enter(client: string): Promise<boolean> {
    const { atOnce, perClient, maxWaiting } = this.#limits
    const own = this.#inLine.get(client) ?? 0
    if (own >= perClient) return false
    if (this.#running >= atOnce && this.#waiting.length >= maxWaiting) return false
    this.#inLine.set(client, own + 1)
    if (this.#running < atOnce) {
      this.#running++
      return true
    }
    await new Promise<void>((resolve) => this.#waiting.push({ client, enter: resolve }))
    return true
  }

  /** Passes the place to whoever has waited longest. */
  leave(client: string): void {
    const own = (this.#inLine.get(client) ?? 1) - 1
    if (own === 0) this.#inLine.delete(client)
    else this.#inLine.set(client, own)
    const next = this.#waiting.shift()
    if (next === undefined) this.#running--
    else next.enter()
  }
}
