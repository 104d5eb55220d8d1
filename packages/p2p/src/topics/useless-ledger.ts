import type { Clock } from '@poai/core'
import { RecentMap } from '../budget/recent-map.ts'
import { type Allowance, TokenBucket } from '../budget/token-bucket.ts'

/** Peers whose useless messages are counted. */
const MAX_COUNTED = 512

/**
 * Counts useless messages by peer. Honest peers bring some when chains part or this node is late; more than an
 * allowance is a flood.
 */
export class UselessLedger {
  readonly #allowance: Allowance
  readonly #clock: Pick<Clock, 'nowMs'>
  readonly #buckets = new RecentMap<TokenBucket>(MAX_COUNTED)

  constructor(allowance: Allowance, clock: Pick<Clock, 'nowMs'>) {
    this.#allowance = allowance
    this.#clock = clock
  }

  /** False if this is one too many. */
  admits(peerId: string): boolean {
    const bucket = this.#buckets.get(peerId) ?? new TokenBucket(this.#allowance, this.#clock)
    this.#buckets.set(peerId, bucket)
    return bucket.take(1)
  }
}
