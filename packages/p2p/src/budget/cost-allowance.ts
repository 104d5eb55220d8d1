import type { Clock } from '@poai/core'
import { addressGroup } from '../host/multiaddresses.ts'
import { RecentMap } from './recent-map.ts'
import type { Allowance } from './token-bucket.ts'

/** What one peer's messages of one kind may cost this node. */
export interface CostLimits {
  readonly bytes: Allowance
  readonly messages: Allowance
  /** Milliseconds of this machine, as measured, spent on what turned out to be useless. What is useful is free. */
  readonly vainMs: Allowance
}

/** An address group may cost as much as two peers: it may hold four. */
const PEERS_PER_GROUP = 2
/** Names that are remembered; the first one added is the first to go. */
const MAX_NAMES = 4096

type Kind = keyof CostLimits

export interface CostAllowanceOptions {
  readonly limits: CostLimits
  /** Honest peers share addresses: costs are counted by peer alone. */
  readonly sharedAddresses: boolean
}

/** Whoever sends messages, as far as charging needs it. */
export interface Sender {
  readonly id: string
  readonly address: string
}

/** Counts by peer and by address group what messages of strangers cost. */
export class CostAllowance {
  readonly #limits: CostLimits
  readonly #sharedAddresses: boolean
  readonly #clock: Pick<Clock, 'nowMs'>
  readonly #accounts = new RecentMap<CostAccount>(MAX_NAMES)

  constructor({ limits, sharedAddresses }: CostAllowanceOptions, { clock }: { readonly clock: Pick<Clock, 'nowMs'> }) {
    this.#limits = limits
    this.#sharedAddresses = sharedAddresses
    this.#clock = clock
  }

  /** Takes a message of that size; false if it must not even be read. */
  admits(sender: Sender, sizeBytes: number): boolean {
    if (this.isSpent(sender)) return false
    this.#charge(sender, 'messages', 1)
    this.#charge(sender, 'bytes', sizeBytes)
    return true
  }

  /** True while nothing more from this peer is to be read. */
  isSpent(sender: Sender): boolean {
    return this.#accountsOf(sender).some((account) => account.isSpent)
  }

  /** Charges what useless messages cost. */
  chargeVain(sender: Sender, vainMs: number): void {
    this.#charge(sender, 'vainMs', vainMs)
  }

  #charge(sender: Sender, kind: Kind, amount: number): void {
    for (const account of this.#accountsOf(sender)) account.charge(kind, amount)
  }

  #accountsOf({ id, address }: Sender): readonly CostAccount[] {
    const own = this.#account(id, 1)
    if (this.#sharedAddresses || address === '') return [own]
    return [own, this.#account(`ip:${addressGroup(address)}`, PEERS_PER_GROUP)]
  }

  #account(name: string, times: number): CostAccount {
    const known = this.#accounts.get(name)
    if (known !== undefined) return known
    const account = new CostAccount(this.#limits, times, this.#clock)
    this.#accounts.set(name, account)
    return account
  }
}

/**
 * What is left of each kind. A cost is known only afterwards, so an account may be overdrawn, but by no more than it
 * holds: a machine that was busy with something else for a minute bars nobody for an hour.
 */
class CostAccount {
  readonly #limits: CostLimits
  readonly #times: number
  readonly #clock: Pick<Clock, 'nowMs'>
  readonly #used: Record<Kind, number> = { bytes: 0, messages: 0, vainMs: 0 }
  #atMs: number

  constructor(limits: CostLimits, times: number, clock: Pick<Clock, 'nowMs'>) {
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
