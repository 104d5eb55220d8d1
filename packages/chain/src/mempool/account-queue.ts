import { type Address, invariant } from '@poai/core'
import { effectiveTip, maxCost, type PooledTransaction } from './pooled-transaction.ts'

/** What the pool would lose with the last transaction of an account, as eviction compares it. */
export interface TailRank {
  /** False if a nonce before it is missing: it can't be mined as things are. */
  readonly isExecutable: boolean
  /**
   * The lowest effective tip up to it. It can't be mined before those, so a well-paid transaction after cheap
   * ones is worth what the cheapest pays: else one well-paid tail would shield all others of its account.
   */
  readonly tip: bigint
  readonly arrival: number
}

/** The transactions of one account by nonce, beside the account as the head's state has it. */
export class AccountQueue {
  readonly address: Address
  /** Of the next transaction that a block may hold. */
  #nonce: bigint
  /** Ascending by nonce. */
  #entries: PooledTransaction[] = []
  #totalCost = 0n
  /** Of the queue as it is, at one base fee: a full pool asks all queues at each arrival. */
  #rank: { readonly baseFeePerGas: bigint; readonly rank: TailRank } | undefined

  constructor(address: Address, nonce: bigint) {
    this.address = address
    this.#nonce = nonce
  }

  get nonce(): bigint {
    return this.#nonce
  }

  get size(): number {
    return this.#entries.length
  }

  /** What all together may cost, in wei. */
  get totalCost(): bigint {
    return this.#totalCost
  }

  get entries(): readonly PooledTransaction[] {
    return this.#entries
  }

  /** The one with the highest nonce. */
  get tail(): PooledTransaction | undefined {
    return this.#entries.at(-1)
  }

  /** Those that can be mined one after the other from the account's nonce on. */
  get pending(): readonly PooledTransaction[] {
    return this.#entries.slice(0, this.#pendingCount())
  }

  /** Those after a missing nonce. */
  get queued(): readonly PooledTransaction[] {
    return this.#entries.slice(this.#pendingCount())
  }

  find(nonce: bigint): PooledTransaction | undefined {
    return this.#entries.find(({ transaction }) => transaction.nonce === nonce)
  }

  /** Adds an entry in the place of the one with its nonce, which is returned. */
  put(entry: PooledTransaction): PooledTransaction | undefined {
    this.#rank = undefined
    const { nonce } = entry.transaction
    const found = this.#entries.findIndex(({ transaction }) => transaction.nonce >= nonce)
    const index = found < 0 ? this.#entries.length : found
    const there = this.#entries[index]
    const replaced = there?.transaction.nonce === nonce ? there : undefined
    this.#entries.splice(index, replaced === undefined ? 0 : 1, entry)
    this.#totalCost += maxCost(entry.transaction) - (replaced === undefined ? 0n : maxCost(replaced.transaction))
    return replaced
  }

  remove(entry: PooledTransaction): void {
    this.#rank = undefined
    const index = this.#entries.indexOf(entry)
    invariant(index >= 0, 'an entry is removed from the queue that it is in')
    this.#entries.splice(index, 1)
    this.#totalCost -= maxCost(entry.transaction)
  }

  /** Moves to the account's nonce at a new head. The entries stay: the caller removes those that are past. */
  moveTo(nonce: bigint): void {
    this.#rank = undefined
    this.#nonce = nonce
  }

  tailRank(baseFeePerGas: bigint): TailRank | undefined {
    const { tail } = this
    if (tail === undefined) return undefined
    if (this.#rank?.baseFeePerGas !== baseFeePerGas)
      this.#rank = { baseFeePerGas, rank: this.#rankOf(tail, baseFeePerGas) }
    return this.#rank.rank
  }

  #rankOf({ arrival }: PooledTransaction, baseFeePerGas: bigint): TailRank {
    const tips = this.#entries.map(({ transaction }) => effectiveTip(transaction, baseFeePerGas))
    return {
      isExecutable: this.#pendingCount() === this.#entries.length,
      tip: tips.reduce((lowest, tip) => (tip < lowest ? tip : lowest)),
      arrival,
    }
  }

  #pendingCount(): number {
    let count = 0
    while (this.#entries[count]?.transaction.nonce === this.#nonce + BigInt(count)) count++
    return count
  }
}

/** True if `a` goes before `b` when room is needed: waiting ones first, then the lowest tip, then the latest comer. */
export function isWorthLess(a: TailRank, b: TailRank): boolean {
  if (a.isExecutable !== b.isExecutable) return !a.isExecutable
  if (a.tip !== b.tip) return a.tip < b.tip
  return a.arrival > b.arrival
}
