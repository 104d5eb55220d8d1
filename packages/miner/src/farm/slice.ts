/** Bounds of a {@link Slice}. */
export interface SliceLimits {
  /** Tasks that run at one time. */
  readonly atOnce: number
  /** Tasks of one client that run or wait. */
  readonly perClient: number
  /** Tasks of all clients that wait. */
  readonly maxWaiting: number
}

interface Waiting {
  readonly client: string
  enter(): void
}

/**
 * Places for tasks, in the order of their coming; since a client has so many in the line, nobody waits behind one that
 * floods.
 */
export class Slice {
  readonly #limits: SliceLimits
  readonly #inLine = new Map<string, number>()
  readonly #waiting: Waiting[] = []
  #running = 0

  constructor(limits: SliceLimits) {
    this.#limits = limits
  }

  /** False if the client has its share already, or too many wait. Each that enters leaves. */
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

  /** The place goes to the one that has waited longest. */
  leave(client: string): void {
    const own = (this.#inLine.get(client) ?? 1) - 1
    if (own === 0) this.#inLine.delete(client)
    else this.#inLine.set(client, own)
    const next = this.#waiting.shift()
    if (next === undefined) this.#running--
    else next.enter()
  }
}
