import { type Address, bytesToHex, type Hash32, type Hex, invariant, type Transaction } from '@poai/core'
import { delegateOf } from '@poai/execution'
import { AccountQueue, isWorthLess, type TailRank } from './account-queue.ts'
import { refusal } from './mempool-error.ts'
import type { RemovalReason, RemovedTransaction } from './mempool-events.ts'
import type { MempoolLimits } from './mempool-options.ts'
import type { PooledTransaction } from './pooled-transaction.ts'
import { codeAt, type MempoolHead } from './validate-pooling.ts'

/** How full a pool is. */
export interface PoolSize {
  readonly pending: number
  readonly queued: number
  readonly bytes: number
}

/** The transactions of one account. */
export type AccountContent = Pick<AccountQueue, 'address' | 'nonce' | 'pending' | 'queued'>

/** What a new head does to what waits. */
interface HeadMove {
  /** Hashes of the transactions in blocks that joined the chain. */
  readonly mined: ReadonlySet<Hex>
  /** Where the rules of the next block are others: whether they refuse a transaction whatever the state. */
  readonly breaksNewRules?: ((transaction: Transaction) => boolean) | undefined
}

/** A removal that may have to be undone. */
interface Removal extends RemovedTransaction {
  readonly queue: AccountQueue
}

/** All transactions of a pool, by account and by hash, within its limits. Queues that become empty go. */
export class PoolContent {
  readonly #limits: MempoolLimits
  readonly #queues = new Map<Hex, AccountQueue>()
  readonly #byHash = new Map<Hex, PooledTransaction>()
  /** For each account, how many transactions here may make it delegate. */
  readonly #authorities = new Map<Hex, number>()
  #bytes = 0

  constructor(limits: MempoolLimits) {
    this.#limits = limits
  }

  get size(): PoolSize {
    let pending = 0
    for (const queue of this.#queues.values()) pending += queue.pending.length
    return { pending, queued: this.#byHash.size - pending, bytes: this.#bytes }
  }

  get(hash: Hash32): PooledTransaction | undefined {
    return this.#byHash.get(bytesToHex(hash))
  }

  queueOf(address: Address): AccountQueue | undefined {
    return this.#queues.get(bytesToHex(address))
  }

  /** A new queue is not in the pool before something is put into it. */
  queueOrNew(address: Address, nonce: bigint): AccountQueue {
    return this.queueOf(address) ?? new AccountQueue(address, nonce)
  }

  /** True if something here may make the account delegate (EIP-7702). */
  isAuthority(address: Address): boolean {
    return this.#authorities.has(bytesToHex(address))
  }

  countOf(address: Address): number {
    return this.queueOf(address)?.size ?? 0
  }

  queues(): Iterable<AccountQueue> {
    return this.#queues.values()
  }

  inOrderOfArrival(): readonly PooledTransaction[] {
    return [...this.#byHash.values()].sort((a, b) => a.arrival - b.arrival)
  }

  /**
   * Puts an entry that was checked into its queue and makes room for it. Answers with what had to go; throws a
   * `MempoolError`, and changes nothing, if the entry itself would have to go.
   */
  put(queue: AccountQueue, entry: PooledTransaction, baseFeePerGas: bigint): readonly RemovedTransaction[] {
    const removals: Removal[] = []
    const replaced = this.#insert(queue, entry)
    if (replaced !== undefined) removals.push({ queue, entry: replaced, reason: 'replaced' })
    while (this.#isTooFull(queue)) {
      const isAccountFull = queue.size > this.#limits.maxPerAccount
      const victims = isAccountFull ? queue : this.#worstQueue(baseFeePerGas)
      const victim = victims?.tail
      invariant(victims !== undefined && victim !== undefined, 'a pool that is too full has a transaction to evict')
      this.#remove(victims, victim)
      if (victim === entry) {
        for (const removal of removals) this.#insert(removal.queue, removal.entry)
        throw refusal(isAccountFull ? 'MEMPOOL_ACCOUNT_LIMIT' : 'MEMPOOL_FULL')
      }
      removals.push({ queue: victims, entry: victim, reason: 'evicted' })
    }
    return removals.map(({ entry: removed, reason }) => ({ entry: removed, reason }))
  }

  /** Drops what can't be mined after a new head. */
  moveTo(head: MempoolHead, { mined, breaksNewRules }: HeadMove): readonly RemovedTransaction[] {
    const removals: RemovedTransaction[] = []
    for (const queue of [...this.#queues.values()]) {
      const account = head.state.account(queue.address)
      const balance = account?.balance ?? 0n
      queue.moveTo(account?.nonce ?? 0n)
      const isPast = ({ transaction }: PooledTransaction): boolean => transaction.nonce < queue.nonce
      const reasonOf = ({ transaction }: PooledTransaction): RemovalReason =>
        mined.has(bytesToHex(transaction.hash)) ? 'mined' : 'nonce-used'
      removals.push(...this.#removeWhere(queue, isPast, reasonOf))
      const isTooBig = ({ transaction }: PooledTransaction): boolean => transaction.gasLimit > head.gasLimit
      removals.push(...this.#removeWhere(queue, isTooBig, () => 'exceeds-gas-limit'))
      if (breaksNewRules !== undefined) {
        const isRefused = ({ transaction }: PooledTransaction): boolean => breaksNewRules(transaction)
        removals.push(...this.#removeWhere(queue, isRefused, () => 'rules-changed'))
      }
      if (delegateOf(codeAt(head, account)) !== undefined) {
        const [first] = queue.entries
        removals.push(
          ...this.#removeWhere(
            queue,
            (entry) => entry !== first,
            () => 'delegated',
          ),
        )
      }
      for (let tail = queue.tail; tail !== undefined && queue.totalCost > balance; tail = queue.tail) {
        this.#remove(queue, tail)
        removals.push({ entry: tail, reason: 'insufficient-funds' })
      }
    }
    return removals
  }

  removeAddedBefore(oldestMs: number): readonly RemovedTransaction[] {
    const isOld = ({ addedAtMs }: PooledTransaction): boolean => addedAtMs < oldestMs
    return [...this.#queues.values()].flatMap((queue) => this.#removeWhere(queue, isOld, () => 'expired'))
  }

  #isTooFull(queue: AccountQueue): boolean {
    const { maxBytes, maxPerAccount, maxTransactions } = this.#limits
    return queue.size > maxPerAccount || this.#byHash.size > maxTransactions || this.#bytes > maxBytes
  }

  /** The queue whose last transaction is worth the least. Looks at every account: only a full pool pays for that. */
  #worstQueue(baseFeePerGas: bigint): AccountQueue | undefined {
    let worst: { readonly queue: AccountQueue; readonly rank: TailRank } | undefined
    for (const queue of this.#queues.values()) {
      const rank = queue.tailRank(baseFeePerGas)
      if (rank !== undefined && (worst === undefined || isWorthLess(rank, worst.rank))) worst = { queue, rank }
    }
    return worst?.queue
  }

  #insert(queue: AccountQueue, entry: PooledTransaction): PooledTransaction | undefined {
    const replaced = queue.put(entry)
    if (replaced !== undefined) this.#forget(replaced)
    this.#byHash.set(bytesToHex(entry.transaction.hash), entry)
    for (const authority of entry.authorities) this.#countAuthority(authority, 1)
    this.#bytes += entry.transaction.bytes.length
    this.#queues.set(bytesToHex(queue.address), queue)
    return replaced
  }

  #remove(queue: AccountQueue, entry: PooledTransaction): void {
    queue.remove(entry)
    this.#forget(entry)
    if (queue.size === 0) this.#queues.delete(bytesToHex(queue.address))
  }

  #forget({ transaction, authorities }: PooledTransaction): void {
    this.#byHash.delete(bytesToHex(transaction.hash))
    for (const authority of authorities) this.#countAuthority(authority, -1)
    this.#bytes -= transaction.bytes.length
  }

  #countAuthority(authority: Address, change: 1 | -1): void {
    const name = bytesToHex(authority)
    const count = (this.#authorities.get(name) ?? 0) + change
    if (count > 0) this.#authorities.set(name, count)
    else this.#authorities.delete(name)
  }

  #removeWhere(
    queue: AccountQueue,
    condition: (entry: PooledTransaction) => boolean,
    reasonOf: (entry: PooledTransaction) => RemovalReason,
  ): readonly RemovedTransaction[] {
    const removed = queue.entries.filter(condition)
    for (const entry of removed) this.#remove(queue, entry)
    return removed.map((entry) => ({ entry, reason: reasonOf(entry) }))
  }
}
