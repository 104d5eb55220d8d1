import type { Clock } from '@poai/core'
import { type Allowance, TokenBucket } from '../budget/token-bucket.ts'
import { addressGroup, networkGroup } from '../host/multiaddresses.ts'

/**
 * Connections from one address (64 bits of an IPv6 one). An honest node needs one; the rest is for several nodes in one
 * household that start at once.
 */
export const ADDRESS_ARRIVALS: Allowance = { capacity: 16, perSecond: 0.2 }
/** From one network: as many as there are places for inbound peers, then two a second. */
export const NETWORK_ARRIVALS: Allowance = { capacity: 64, perSecond: 2 }
/**
 * Addresses and networks that came recently. Above that the oldest is forgotten, because it had the longest time to
 * recover.
 */
export const MAX_ARRIVAL_GROUPS = 4096

/**
 * How often connections come from one address and from one network. Checked before keys are exchanged, which costs
 * milliseconds.
 */
export class ArrivalRate {
  readonly #clock: Pick<Clock, 'nowMs'>
  readonly #buckets = new Map<string, TokenBucket>()

  constructor(clock: Pick<Clock, 'nowMs'>) {
    this.#clock = clock
  }

  /** Counts an arrival, and says whether it is welcome. */
  admits(ip: string): boolean {
    return this.#take(`address ${addressGroup(ip)}`, ADDRESS_ARRIVALS) && this.#take(networkGroup(ip), NETWORK_ARRIVALS)
  }

  #take(name: string, allowance: Allowance): boolean {
    const bucket = this.#buckets.get(name) ?? new TokenBucket(allowance, this.#clock)
    this.#buckets.delete(name)
    this.#buckets.set(name, bucket)
    const [oldest] = this.#buckets.keys()
    if (this.#buckets.size > MAX_ARRIVAL_GROUPS && oldest !== undefined) this.#buckets.delete(oldest)
    return bucket.take(1)
  }
}
