import { bytesToHex, devnet, RuleError, silentLogger, type Transaction, type TransactionCodec } from '@poai/core'
import { type Account, NEW_ACCOUNT, transactionRulesAt } from '@poai/execution'
import {
  createInlineDecoder,
  createMempool,
  type Mempool,
  type MempoolHead,
  type MempoolHeadChange,
  type MempoolLimits,
  type MempoolStore,
  type PooledTransaction,
  type RemovalReason,
} from '../../src/index.ts'
import { fakeAddress, fakeRecovery, fakeTransaction } from './fake-transactions.ts'

/** A store of snapshots in memory. */
export class MemoryMempoolStore implements MempoolStore {
  records: readonly Uint8Array[] = []

  async load(): Promise<readonly Uint8Array[]> {
    return this.records
  }

  async save(records: readonly Uint8Array[]): Promise<void> {
    this.records = records
  }
}

/** Finds transactions of this process again by their bytes. */
class RememberingCodec implements TransactionCodec {
  readonly chainId = 1n
  readonly maxBytes = 128 * 1024
  readonly #known = new Map<string, Transaction>()

  remember(transaction: Transaction): Transaction {
    this.#known.set(bytesToHex(transaction.bytes), transaction)
    return transaction
  }

  encode({ bytes }: Transaction): Uint8Array {
    return bytes
  }

  decode(bytes: Uint8Array): Transaction {
    const transaction = this.#known.get(bytesToHex(bytes))
    if (transaction === undefined) throw new RuleError('TRANSACTION_MALFORMED', 'not a transaction')
    return transaction
  }
}

/** A pool over accounts and a clock that a test sets, with what it told. */
export class PoolFixture {
  readonly accounts: Map<number, Account> = new Map()
  readonly store: MemoryMempoolStore = new MemoryMempoolStore()
  readonly told: string[] = []
  nowMs = 1_000_000
  baseFeePerGas = 50n
  gasLimit = 1_000_000n
  pool: Mempool
  readonly #codec = new RememberingCodec()
  readonly #limits: Partial<MempoolLimits>

  constructor(limits: Partial<MempoolLimits> = {}) {
    this.#limits = limits
    this.pool = this.#createPool()
  }

  /** The pool of the next start of the node, not started. */
  restart(): void {
    this.pool = this.#createPool()
  }

  setAccount(account: number, balance: bigint, nonce = 0n): void {
    this.accounts.set(account, { ...NEW_ACCOUNT, balance, nonce })
  }

  transaction(fields: Parameters<typeof fakeTransaction>[0]): Transaction {
    return this.#codec.remember(fakeTransaction(fields))
  }

  add(fields: Parameters<typeof fakeTransaction>[0]): Promise<PooledTransaction> {
    return this.pool.add(this.transaction(fields))
  }

  setHead(change: Partial<MempoolHeadChange> = {}): void {
    this.pool.setHead(this.head(), { included: [], returned: [], ...change })
  }

  head(): MempoolHead {
    const byAddress = new Map([...this.accounts].map(([index, account]) => [bytesToHex(fakeAddress(index)), account]))
    const state = {
      account: (address: Uint8Array): Account | undefined => byAddress.get(bytesToHex(address)),
      // Whoever has code here is a contract.
      code: () => Uint8Array.of(1),
    }
    const rules = transactionRulesAt({ ...devnet, hardfork: 'cancun' }, 1n)
    return { state, baseFeePerGas: this.baseFeePerGas, gasLimit: this.gasLimit, rules }
  }

  /** What is in the pool, as `account:nonce`, in the order in which a miner takes it. */
  async order(): Promise<readonly string[]> {
    const order = await this.pool.priceOrder()
    const names: string[] = []
    for (let entry = order.next(); entry !== undefined; entry = order.next()) names.push(nameOf(entry))
    return names
  }

  /** All of the pool, as `account:nonce`, sorted. */
  content(): readonly string[] {
    return [...this.pool.accounts()].flatMap(({ pending, queued }) => [...pending, ...queued].map(nameOf)).sort()
  }

  /** What the pool told since the last call. */
  takeTold(): readonly string[] {
    return this.told.splice(0)
  }

  #createPool(): Mempool {
    const pool = createMempool(
      { head: this.head(), ...this.#limits },
      {
        codec: this.#codec,
        decoder: createInlineDecoder(this.#codec),
        recovery: fakeRecovery,
        store: this.store,
        clock: { nowMs: () => this.nowMs },
        logger: silentLogger,
      },
    )
    pool.onAdded((entry) => this.told.push(`+${nameOf(entry)}`))
    pool.onRemoved(({ entry, reason }) => this.told.push(`-${nameOf(entry)} ${reason satisfies RemovalReason}`))
    return pool
  }
}

/** An entry as `account:nonce`. */
export function nameOf({ transaction }: Pick<PooledTransaction, 'transaction'>): string {
  return `${transaction.signature.r}:${transaction.nonce}`
}
