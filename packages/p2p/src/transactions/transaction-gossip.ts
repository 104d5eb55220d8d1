import type { Mempool } from '@poai/chain'
import { bytesToHex, type Clock, hash32, RuleError, type Transaction, verdictOf } from '@poai/core'
import { UNBOUNDED } from '../budget/token-bucket.ts'
import type { Offence } from '../peers/offences.ts'
import {
  ignored,
  type TopicBudget,
  type TopicDeclaration,
  type TopicVerdict,
  verdictOfBroken,
} from '../topics/topic-declaration.ts'
import type { Topics } from '../topics/topics.ts'
import type { Topic } from '../topics/validated-topic.ts'
import { MAX_BATCH_BYTES, MAX_BATCH_TRANSACTIONS, transactionBatchCodec } from './transaction-batch.ts'
import { TRANSACTION_LIMITS } from './transaction-limits.ts'

/** What the gossip of transactions needs, and nothing more. */
export interface TransactionGossipDependencies {
  readonly topics: Pick<Topics, 'open'>
  readonly mempool: Pick<Mempool, 'addEncoded' | 'get' | 'onAdded'>
  readonly clock: Clock
}

/** What became of messages and transactions since the start. */
export interface TransactionGossipCounts {
  readonly batchesPublished: number
  readonly transactionsPublished: number
  readonly batchesAccepted: number
  readonly batchesIgnored: number
  readonly batchesRejected: number
  readonly transactionsAdded: number
}

/**
 * At most thirteen messages a second: a message costs the network fifteen times what a transaction in it does
 * (measured).
 */
const TICK_MS = 75
/** Transactions that wait to be published: after a partition a whole pool may come at once. */
const MAX_WAITING = 8192
/**
 * Half of what a neighbour admits from one peer; the other half is for what it passes on. A full block takes two
 * seconds.
 */
const PUBLISHED_BYTES_PER_SECOND = 1024 * 1024
/** Useless messages are charged by the time that they took. */
const TRANSACTION_BUDGET: TopicBudget = {
  ...TRANSACTION_LIMITS,
  useless: UNBOUNDED,
  // One batch on the helper threads and one on this thread; others wait, and one peer's wait for each other.
  judging: { atOnce: 2, maxWaiting: 128, maxWaitingEach: 32 },
}

/** Tells neighbours of new transactions, and passes on batches of others that the pool took something from. */
export class TransactionGossip {
  readonly #dependencies: TransactionGossipDependencies
  readonly #topic: Topic<readonly Uint8Array[]>
  readonly #stopping = new AbortController()
  readonly #waiting: Transaction[] = []
  /** What is being added because it came by gossip: it goes round without us. */
  readonly #arriving = new Set<string>()
  #published = 0
  #added = 0
  #loop: Promise<void> | undefined
  #unsubscribe: (() => void) | undefined

  constructor(dependencies: TransactionGossipDependencies) {
    this.#dependencies = dependencies
    this.#topic = dependencies.topics.open({
      name: 'transactions',
      codec: transactionBatchCodec,
      budget: TRANSACTION_BUDGET,
      validate: (batch, { signal }) => this.#add(batch, signal),
      offenceOf: transactionOffence,
    } satisfies TopicDeclaration<readonly Uint8Array[]>)
  }

  get counts(): TransactionGossipCounts {
    const { published, accepted, ignored, rejected } = this.#topic.counts
    return {
      batchesPublished: published,
      transactionsPublished: this.#published,
      batchesAccepted: accepted,
      batchesIgnored: ignored,
      batchesRejected: rejected,
      transactionsAdded: this.#added,
    }
  }

  start(): void {
    this.#unsubscribe = this.#dependencies.mempool.onAdded(({ transaction }) => this.#note(transaction))
    this.#loop = this.#run()
  }

  async stop(): Promise<void> {
    this.#stopping.abort(new Error('the network is being stopped'))
    this.#unsubscribe?.()
    await this.#loop
  }

  #note(transaction: Transaction): void {
    if (this.#arriving.has(bytesToHex(transaction.hash)) || this.#waiting.length >= MAX_WAITING) return
    this.#waiting.push(transaction)
  }

  async #run(): Promise<void> {
    const { signal } = this.#stopping
    let pauseMs = TICK_MS
    while (!signal.aborted) {
      await this.#dependencies.clock.sleep(pauseMs, signal).catch(() => undefined)
      const batch = signal.aborted ? [] : this.#takeBatch()
      const sizeBytes = batch.reduce((sum, { length }) => sum + length, 0)
      pauseMs = Math.max(TICK_MS, (sizeBytes * 1000) / PUBLISHED_BYTES_PER_SECOND)
      await this.#publish(batch)
    }
  }

  #takeBatch(): readonly Uint8Array[] {
    const batch: Uint8Array[] = []
    let bytes = 0
    while (batch.length < MAX_BATCH_TRANSACTIONS && bytes < MAX_BATCH_BYTES) {
      const next = this.#waiting.shift()
      if (next === undefined) break
      // Mined or replaced in the meantime: nobody needs it.
      if (this.#dependencies.mempool.get(next.hash) === undefined) continue
      batch.push(next.bytes)
      bytes += next.bytes.length
    }
    return batch
  }

  async #publish(batch: readonly Uint8Array[]): Promise<void> {
    if (batch.length > 0 && (await this.#topic.publish(batch))) this.#published += batch.length
  }

  /** A batch with anything new in it goes on whole; one with a forged signature goes nowhere. */
  async #add(encodings: readonly Uint8Array[], signal: AbortSignal): Promise<TopicVerdict> {
    const names = encodings.map((bytes) => bytesToHex(hash32(bytes)))
    for (const name of names) this.#arriving.add(name)
    try {
      // Copies: a transaction that waits for hours must not keep its whole batch in memory.
      const copies = encodings.map((bytes) => bytes.slice())
      const { outcomes, vainMs } = await this.#dependencies.mempool.addEncoded(copies, signal)
      const added = outcomes.filter(({ kind }) => kind === 'added').length
      this.#added += added
      const broken = outcomes.flatMap((outcome) =>
        outcome.kind === 'refused' && outcome.error instanceof RuleError ? [outcome.error] : [],
      )
      const worst = broken.find((error) => transactionOffence(error) !== undefined) ?? broken[0]
      if (worst !== undefined) return { ...verdictOfBroken(worst, transactionOffence), vainMs }
      return added > 0 ? { verdict: 'accept', vainMs } : { ...ignored('nothing-new'), vainMs }
    } finally {
      for (const name of names) this.#arriving.delete(name)
    }
  }
}

/** A transaction of another chain or of a later type may be good elsewhere. */
function transactionOffence(error: RuleError): Offence | undefined {
  return verdictOf(error) === 'malicious' ? 'invalid-transaction' : undefined
}
