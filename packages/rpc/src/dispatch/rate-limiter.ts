import { isIPv6, type Socket } from 'node:net'
import type { RatedClient } from '@poai/api'

/** How much one client may ask for. A plain read costs 1; the rows of other methods say what they cost. */
export interface RateLimits {
  /** Cost that a client may cause each second in the long run; 0: no limit. */
  readonly costPerSecond: number
  /** Cost that it may cause at once after a rest. */
  readonly costBurst: number
}

/** A page of an explorer causes about a hundred at once; a wallet about ten a second. */
export const RATE_DEFAULTS: RateLimits = { costPerSecond: 2000, costBurst: 20_000 }

/** The cost of a millisecond of the thread: a client that only computes gets a fifth of a core in the long run. */
export const COST_PER_MS = 10
/** Programs on the same machine are the owner's: for them, the limit only stops a runaway loop. */
const LOOPBACK_FACTOR = 1000
/** Clients that are remembered; each takes a few hundred bytes. */
const MAX_CLIENTS = 20_000
/** If there are too many, the one to forget is chosen among this many: enough to find one that is idle. */
const LOOKED_AT = 32
/** The prefix of an IPv4 address on a socket that takes both kinds. */
const MAPPED = '::ffff:'
const LOOPBACK = /^127\.\d+\.\d+\.\d+$/
const IPV6_GROUPS = 8
const SUBNET_GROUPS = 4

/** The client at an address, as a socket gives it. */
export function ratedClient(address: string): RatedClient {
  const plain = address.startsWith(MAPPED) ? address.slice(MAPPED.length) : address
  const isLocal = plain === '::1' || LOOPBACK.test(plain)
  return { name: isIPv6(plain) ? subnetOf(plain) : plain, isLocal }
}

/**
 * Clients whose turns and memory are counted together: those at one address. On this machine each connection counts
 * alone, since it may come from a proxy.
 */
export function queueOf({ remoteAddress = '', remotePort = 0 }: Pick<Socket, 'remoteAddress' | 'remotePort'>): string {
  const { name, isLocal } = ratedClient(remoteAddress)
  return isLocal ? `${name} ${remotePort}` : name
}

/** The first four groups: a household or a machine has a whole /64 of IPv6. */
function subnetOf(address: string): string {
  const [front = '', back] = address.split('::')
  const [before, after] = [groupsOf(front), groupsOf(back)]
  const zeros = back === undefined ? 0 : Math.max(0, IPV6_GROUPS - before.length - after.length)
  return [...before, ...Array<string>(zeros).fill('0'), ...after].slice(0, SUBNET_GROUPS).join(':')
}

function groupsOf(text: string | undefined): readonly string[] {
  return text === undefined || text === '' ? [] : text.split(':')
}

interface Bucket {
  /** The cost that may still be caused now. */
  left: number
  atMs: number
}

/** A bucket of tokens for each client address. */
export class RateLimiter {
  readonly #limits: RateLimits
  readonly #nowMs: () => number
  readonly #buckets = new Map<string, Bucket>()

  constructor(limits: RateLimits, nowMs: () => number) {
    this.#limits = limits
    this.#nowMs = nowMs
  }

  /** Milliseconds until `client` may ask for this; 0: it may now, and is charged. */
  waitMs({ name, isLocal }: RatedClient, cost: number): number {
    const factor = isLocal ? LOOPBACK_FACTOR : 1
    const perMs = (this.#limits.costPerSecond * factor) / 1000
    if (perMs === 0) return 0
    const burst = this.#limits.costBurst * factor
    const nowMs = this.#nowMs()
    const bucket = this.#bucketOf(name, burst, nowMs)
    bucket.left = Math.min(burst, bucket.left + (nowMs - bucket.atMs) * perMs)
    bucket.atMs = nowMs
    // A call that costs more than a whole bucket waits until the bucket is full, and no longer.
    const wanted = Math.min(cost, burst)
    if (bucket.left < wanted) return Math.ceil((wanted - bucket.left) / perMs)
    bucket.left -= cost
    return 0
  }

  /** Adds what a call turned out to cost: later calls wait for it. */
  charge({ name }: RatedClient, cost: number): void {
    const bucket = this.#buckets.get(name)
    if (bucket !== undefined) bucket.left -= cost
  }

  #bucketOf(client: string, burst: number, nowMs: number): Bucket {
    const known = this.#buckets.get(client)
    if (known !== undefined) return known
    const bucket = { left: burst, atMs: nowMs }
    this.#buckets.set(client, bucket)
    if (this.#buckets.size > MAX_CLIENTS) this.#forgetOne()
    return bucket
  }

  /**
   * Of the clients known for longest, forgets the one that has been idle for longest: nobody escapes the limit by
   * asking a lot.
   */
  #forgetOne(): void {
    let oldest: { readonly client: string; readonly atMs: number } | undefined
    let looked = 0
    for (const [client, { atMs }] of this.#buckets) {
      if (oldest === undefined || atMs < oldest.atMs) oldest = { client, atMs }
      if (++looked === LOOKED_AT) break
    }
    if (oldest !== undefined) this.#buckets.delete(oldest.client)
  }
}
