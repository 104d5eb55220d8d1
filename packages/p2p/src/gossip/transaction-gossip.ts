import type { Mempool } from '@poai/chain'
import {
  bytesToHex,
  type Clock,
  hash32,
  type Logger,
  RuleError,
  type Transaction,
  type TransactionCodec,
  verdictOf,
} from '@poai/core'
import type { PeerSet } from '../peers/peer.ts'
import type { GossipMessage, GossipRouter, GossipVerdict } from './gossip-router.ts'
import { MAX_BATCH_BYTES, MAX_BATCH_TRANSACTIONS, transactionBatchCodec } from './transaction-batch.ts'

export interface TransactionGossipOptions {
  readonly topic: string
}

/** What the gossip of transactions needs, and nothing more. */
export interface TransactionGossipDependencies {
  readonly router: GossipRouter
  readonly mempool: Pick<Mempool, 'addMany' | 'get' | 'onAdded'>
  readonly codec: TransactionCodec
  readonly peers: Pick<PeerSet, 'report'>
  readonly clock: Clock
  readonly logger: Logger
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

/** Ten messages a second whatever the rate: a message costs the network fifteen times what a transaction in it does (measured). */
const TICK_MS = 75
/** Transactions that wait to be told of: what the pool holds at most comes in one go after a partition. */
const MAX_WAITING = 8192
/** Batches that are being judged; 45 µs of signature for each of their transactions. */
const MAX_JUDGED_BATCHES = 64

/** Tells neighbours of new transactions, and passes on those of others that the pool took. */
export class TransactionGossip {
  readonly #options: TransactionGossipOptions
  readonly #dependencies: TransactionGossipDependencies
  readonly #stopping = new AbortController()
  readonly #waiting: Transaction[] = []
  /** What is being added because it came by gossip: it goes round by itself. */
  readonly #arriving = new Set<string>()
  readonly #counts = { batches: 0, published: 0, accept: 0, ignore: 0, reject: 0, added: 0 }
  #loop: Promise<void> | undefined
  #unsubscribe: (() => void) | undefined
  #judged = 0

  constructor(options: TransactionGossipOptions, dependencies: TransactionGossipDependencies) {
    this.#options = options
    this.#dependencies = dependencies
  }

  get counts(): TransactionGossipCounts {
    const { batches, published, accept, ignore, reject, added } = this.#counts
    return {
      batchesPublished: batches,
      transactionsPublished: published,
      batchesAccepted: accept,
      batchesIgnored: ignore,
      batchesRejected: reject,
      transactionsAdded: added,
    }
  }

  start(): void {
    const { router, mempool } = this.#dependencies
    router.subscribe(this.#options.topic, (message) => this.#count(message))
    this.#unsubscribe = mempool.onAdded(({ transaction }) => this.#note(transaction))
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
    while (!signal.aborted) {
      await this.#dependencies.clock.sleep(TICK_MS, signal).catch(() => undefined)
      if (!signal.aborted && this.#waiting.length > 0) await this.#publish(this.#takeBatch())
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
    if (batch.length === 0) return
    try {
      await this.#dependencies.router.publish(this.#options.topic, transactionBatchCodec.encode(batch))
      this.#counts.batches++
      this.#counts.published += batch.length
    } catch (error) {
      this.#dependencies.logger.debug('Transactions could not be told of', { count: batch.length, error })
    }
  }

  async #count(message: GossipMessage): Promise<GossipVerdict> {
    const verdict = await this.#judge(message)
    this.#counts[verdict]++
    return verdict
  }

  async #judge({ data, from }: GossipMessage): Promise<GossipVerdict> {
    if (this.#judged >= MAX_JUDGED_BATCHES) return 'ignore'
    this.#judged++
    try {
      return await this.#add(this.#decodeUnknown(data), from)
    } catch (error) {
      if (error instanceof RuleError) return this.#blame(from, error)
      this.#dependencies.logger.debug('Transactions could not be judged', { peerId: from, error })
      return 'ignore'
    } finally {
      this.#judged--
    }
  }

  /** Those that are in the pool are not even decoded. */
  #decodeUnknown(data: Uint8Array): readonly Transaction[] {
    const { mempool, codec } = this.#dependencies
    return (
      transactionBatchCodec
        .decode(data)
        .filter((bytes) => mempool.get(hash32(bytes)) === undefined)
        // A copy: a transaction that waits for hours must not keep its whole batch in memory.
        .map((bytes) => codec.decode(bytes.slice()))
    )
  }

  /** A batch with anything new in it goes on whole; one with a forged signature goes nowhere. */
  async #add(transactions: readonly Transaction[], from: string): Promise<GossipVerdict> {
    if (transactions.length === 0) return 'ignore'
    const names = transactions.map(({ hash }) => bytesToHex(hash))
    for (const name of names) this.#arriving.add(name)
    try {
      const outcomes = await this.#dependencies.mempool.addMany(transactions, this.#stopping.signal)
      const added = outcomes.filter(({ kind }) => kind === 'added').length
      this.#counts.added += added
      for (const outcome of outcomes) {
        if (outcome.kind === 'refused' && outcome.error instanceof RuleError) return this.#blame(from, outcome.error)
      }
      return added > 0 ? 'accept' : 'ignore'
    } finally {
      for (const name of names) this.#arriving.delete(name)
    }
  }

  #blame(from: string, error: RuleError): GossipVerdict {
    if (verdictOf(error) !== 'malicious') return 'ignore'
    this.#dependencies.logger.debug('A peer brought a bad transaction', { peerId: from, code: error.code })
    this.#dependencies.peers.report(from, 'invalid-transaction')
    return 'reject'
  }
}
