import { isIPv6, type Socket } from 'node:net'
import type { RatedClient } from '@poai/api'

/** How much one client may ask for. Plain reads cost 1; rows of the table of methods say what others do. */
export interface RateLimits {
  /** Cost that a client may go on to cause each second; 0: as much as it likes. */
  readonly costPerSecond: number
  /** What it may cause at once after a rest. */
  readonly costBurst: number
}

/** A page of an explorer causes some hundred at once; a wallet some ten a second. */
export const RATE_DEFAULTS: RateLimits = { costPerSecond: 2000, costBurst: 20_000 }

/** What a millisecond of the thread costs: a client that only computes gets a fifth of a core for long. */
export const COST_PER_MS = 10
/** Programs on the same machine are the owner's: for them the limit only keeps a runaway loop from taking all. */
const LOOPBACK_FACTOR = 1000
/** Clients that are remembered; each is some hundred bytes. */
const MAX_CLIENTS = 20_000
/** When there are too many, the one to forget is looked for among so many: enough to find one that rests. */
const LOOKED_AT = 32
/** IPv4 as a socket for both kinds shows it. */
const MAPPED = '::ffff:'
const LOOPBACK = /^127\.\d+\.\d+\.\d+$/
const IPV6_GROUPS = 8
const SUBNET_GROUPS = 4

/** Who asks from an address, as a socket names it. */
export function ratedClient(address: string): RatedClient {
  const plain = address.startsWith(MAPPED) ? address.slice(MAPPED.length) : address
  const isLocal = plain === '::1' || LOOPBACK.test(plain)
  return { name: isIPv6(plain) ? subnetOf(plain) : plain, isLocal }
}

/**
 * Whose turns and memory count together: clients at one address; on this machine each connection, since a proxy may be
 * behind it.
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
  /** What is left to cause now. */
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

  /** Milliseconds until `client` may ask this; 0: it may now, and it is charged. */
  waitMs({ name, isLocal }: RatedClient, cost: number): number {
    const factor = isLocal ? LOOPBACK_FACTOR : 1
    const perMs = (this.#limits.costPerSecond * factor) / 1000
    if (perMs === 0) return 0
    const burst = this.#limits.costBurst * factor
    const nowMs = this.#nowMs()
    const bucket = this.#bucketOf(name, burst, nowMs)
    bucket.left = Math.min(burst, bucket.left + (nowMs - bucket.atMs) * perMs)
    bucket.atMs = nowMs
    // What costs more than all of it waits for a full bucket, and no longer.
    const wanted = Math.min(cost, burst)
    if (bucket.left < wanted) return Math.ceil((wanted - bucket.left) / perMs)
    bucket.left -= cost
    return 0
  }

  /** Counts what a call turned out to cost: later ones wait for it. */
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
   * Of those that have been known for longest the one that asked least lately: who asks a lot is not forgotten for it.
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
