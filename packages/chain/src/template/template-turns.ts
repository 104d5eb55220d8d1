import { type Address, bytesToHex, type Clock, type Hex } from '@poai/core'

/**
 * Templates for beneficiaries that were not served lately may take this part of the time, all together: anyone can name
 * new ones.
 */
export const STRANGERS_SHARE = 0.25
/** Beneficiaries that are remembered; the one that was not served for the longest goes. */
export const MAX_KNOWN_BENEFICIARIES = 16
/** Templates that may wait for their turn; more are refused. */
export const MAX_WAITING_TEMPLATES = 64

export interface TemplateTurnsOptions {
  readonly share?: number
  readonly maxWaiting?: number
}

/**
 * One template is made at a time, and beneficiaries that were served lately go first. New ones share {@link
 * STRANGERS_SHARE} of the time: after a making for one of them the next one waits so much longer than that took, by the
 * clock and not by a table.
 */
export class TemplateTurns {
  readonly #share: number
  readonly #maxWaiting: number
  readonly #clock: Clock
  readonly #known = new Set<Hex>()
  #line: Promise<void> = Promise.resolve()
  #strangers: Promise<void> = Promise.resolve()
  #waiting = 0
  #pauseMs = 0
  #pausedAtMs = 0

  constructor(
    { share = STRANGERS_SHARE, maxWaiting = MAX_WAITING_TEMPLATES }: TemplateTurnsOptions,
    { clock }: { readonly clock: Clock },
  ) {
    this.#share = share
    this.#maxWaiting = maxWaiting
    this.#clock = clock
  }

  /** Undefined if too many wait. Rejects as the making does, and with the signal's reason. */
  async take<T>(beneficiary: Address, signal: AbortSignal | undefined, make: () => Promise<T>): Promise<T | undefined> {
    if (this.#waiting >= this.#maxWaiting) return undefined
    this.#waiting++
    try {
      const name = bytesToHex(beneficiary)
      return await (this.#known.has(name)
        ? this.#inLine(signal, () => this.#make(name, make))
        : this.#asStranger(name, signal, make))
    } finally {
      this.#waiting--
    }
  }

  async #asStranger<T>(name: Hex, signal: AbortSignal | undefined, make: () => Promise<T>): Promise<T> {
    const before = this.#strangers
    const turn = Promise.withResolvers<void>()
    this.#strangers = turn.promise
    try {
      await before
      signal?.throwIfAborted()
      // It may have been served while it waited.
      const leftMs = this.#known.has(name) ? 0 : this.#leftMs()
      if (leftMs > 0) await this.#clock.sleep(leftMs, signal)
      return await this.#inLine(signal, async () => {
        const begunMs = this.#clock.nowMs()
        try {
          return await this.#make(name, make)
        } finally {
          this.#pausedAtMs = this.#clock.nowMs()
          this.#pauseMs = (this.#pausedAtMs - begunMs) * (1 / this.#share - 1)
        }
      })
    } finally {
      turn.resolve()
    }
  }

  /** Never longer than the whole pause, wherever somebody sets the clock. */
  #leftMs(): number {
    return Math.min(this.#pauseMs, this.#pausedAtMs + this.#pauseMs - this.#clock.nowMs())
  }

  async #inLine<T>(signal: AbortSignal | undefined, work: () => Promise<T>): Promise<T> {
    const before = this.#line
    const turn = Promise.withResolvers<void>()
    this.#line = turn.promise
    try {
      await before
      signal?.throwIfAborted()
      return await work()
    } finally {
      turn.resolve()
    }
  }

  async #make<T>(name: Hex, make: () => Promise<T>): Promise<T> {
    const made = await make()
    this.#known.delete(name)
    this.#known.add(name)
    const [oldest] = this.#known
    if (this.#known.size > MAX_KNOWN_BENEFICIARIES && oldest !== undefined) this.#known.delete(oldest)
    return made
  }
}
