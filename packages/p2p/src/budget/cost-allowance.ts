import type { Clock } from '@poai/core'
import { addressGroup } from '../host/multiaddresses.ts'
import type { Allowance } from './token-bucket.ts'

/** What one peer's transactions may cost this node. */
export interface TransactionLimits {
  readonly bytes: Allowance
  readonly messages: Allowance
  /** Milliseconds of this machine, as measured, for transactions that the pool does not take. What it takes is free. */
  readonly vainMs: Allowance
}

export const TRANSACTION_LIMITS: TransactionLimits = {
  // Twice what a node publishes by itself, since it also passes on what others publish; a burst as long as a pool's
  // after a partition.
  bytes: { capacity: 8 * 1024 * 1024, perSecond: 2 * 1024 * 1024 },
  // Two hundred transactions a second by as many makers, and the same again.
  messages: { capacity: 4096, perSecond: 400 },
  // Over a thousand refused transfers at once and fifty a second: pools that differ refuse some. One part in a hundred
  // of a core for good.
  vainMs: { capacity: 250, perSecond: 10 },
}

/** An address group may cost as much as two peers: it may hold four. */
const PEERS_PER_GROUP = 2
/** Names that are remembered; whichever was added first goes. */
const MAX_NAMES = 4096

type Kind = keyof TransactionLimits

export interface TransactionAllowanceOptions {
  readonly limits?: TransactionLimits
  /** Honest peers share an address: only the peer counts. */
  readonly sharedAddresses: boolean
}

/** Who brings transactions, as far as it is charged. */
export interface Bringer {
  readonly id: string
  readonly address: string
}

/** Counts by peer and by address group what transactions of strangers cost. */
export class TransactionAllowance {
  readonly #limits: TransactionLimits
  readonly #sharedAddresses: boolean
  readonly #clock: Pick<Clock, 'nowMs'>
  readonly #accounts = new Map<string, CostAccount>()

  constructor(
    { limits = TRANSACTION_LIMITS, sharedAddresses }: TransactionAllowanceOptions,
    { clock }: { readonly clock: Pick<Clock, 'nowMs'> },
  ) {
    this.#limits = limits
    this.#sharedAddresses = sharedAddresses
    this.#clock = clock
  }

  /** Takes a message of that size; false if it must not even be read. */
  admits(bringer: Bringer, sizeBytes: number): boolean {
    if (this.isSpent(bringer)) return false
    this.#charge(bringer, 'messages', 1)
    this.#charge(bringer, 'bytes', sizeBytes)
    return true
  }

  /** True as long as nothing more of this peer's is to be looked at. */
  isSpent(bringer: Bringer): boolean {
    return this.#accountsOf(bringer).some((account) => account.isSpent)
  }

  /** Charges what transactions cost that were not taken. */
  chargeVain(bringer: Bringer, vainMs: number): void {
    this.#charge(bringer, 'vainMs', vainMs)
  }

  #charge(bringer: Bringer, kind: Kind, amount: number): void {
    for (const account of this.#accountsOf(bringer)) account.charge(kind, amount)
  }

  #accountsOf({ id, address }: Bringer): readonly CostAccount[] {
    const own = this.#account(id, 1)
    if (this.#sharedAddresses || address === '') return [own]
    return [own, this.#account(`ip:${addressGroup(address)}`, PEERS_PER_GROUP)]
  }

  #account(name: string, times: number): CostAccount {
    const known = this.#accounts.get(name)
    if (known !== undefined) return known
    const account = new CostAccount(this.#limits, times, this.#clock)
    this.#accounts.set(name, account)
    const [oldest] = this.#accounts.keys()
    if (this.#accounts.size > MAX_NAMES && oldest !== undefined) this.#accounts.delete(oldest)
    return account
  }
}

/**
 * What is left of each kind. What a thing cost is known afterwards only, so an account may be overdrawn, by as much as
 * it holds at most: a machine that was busy with something else for a minute bars nobody for an hour.
 */
class CostAccount {
  readonly #limits: TransactionLimits
  readonly #times: number
  readonly #clock: Pick<Clock, 'nowMs'>
  readonly #used: Record<Kind, number> = { bytes: 0, messages: 0, vainMs: 0 }
  #atMs: number

  constructor(limits: TransactionLimits, times: number, clock: Pick<Clock, 'nowMs'>) {
    this.#limits = limits
    this.#times = times
    this.#clock = clock
    this.#atMs = clock.nowMs()
  }

  get isSpent(): boolean {
    this.#recover()
    return KINDS.some((kind) => this.#used[kind] >= this.#limits[kind].capacity * this.#times)
  }

  charge(kind: Kind, amount: number): void {
    this.#recover()
    const most = 2 * this.#limits[kind].capacity * this.#times
    this.#used[kind] = Math.min(most, this.#used[kind] + amount)
  }

  #recover(): void {
    const now = this.#clock.nowMs()
    const passedSeconds = Math.max(0, now - this.#atMs) / 1000
    this.#atMs = now
    for (const kind of KINDS) {
      this.#used[kind] = Math.max(0, this.#used[kind] - passedSeconds * this.#limits[kind].perSecond * this.#times)
    }
  }
}

const KINDS: readonly Kind[] = ['bytes', 'messages', 'vainMs']
