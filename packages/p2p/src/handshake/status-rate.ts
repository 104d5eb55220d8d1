import type { Clock } from '@poai/core'

/**
 * Statuses that a peer may send in one window. This node sends at most one a second, but clocks and queues are uneven.
 */
export const MAX_STATUSES = 30
const WINDOW_MS = 10_000
/** Peers that are counted at one time; a peer that drops out starts again at zero. */
const MAX_COUNTED = 512

/** Counts statuses by peer. */
export class StatusRate {
  readonly #clock: Pick<Clock, 'nowMs'>
  readonly #counts = new Map<string, number>()
  #windowEndsMs = 0

  constructor(clock: Pick<Clock, 'nowMs'>) {
    this.#clock = clock
  }

  /** False if this is one too many. */
  admits(peerId: string): boolean {
    const now = this.#clock.nowMs()
    if (now >= this.#windowEndsMs || this.#counts.size > MAX_COUNTED) {
      this.#counts.clear()
      this.#windowEndsMs = now + WINDOW_MS
    }
    const count = (this.#counts.get(peerId) ?? 0) + 1
    this.#counts.set(peerId, count)
    return count <= MAX_STATUSES
  }
}
