import type { Mempool } from '@poai/chain'
import { bytesToHex, type Clock, hash32, type Logger, RuleError, type Transaction, verdictOf } from '@poai/core'
import type { TransactionAllowance } from '../budget/cost-allowance.ts'
import { FairQueue } from '../budget/fair-queue.ts'
import type { GossipMessage, GossipRouter, GossipVerdict } from '../gossip/gossip-router.ts'
import type { Peer, PeerSet } from '../peers/peer.ts'
import { MAX_BATCH_BYTES, MAX_BATCH_TRANSACTIONS, transactionBatchCodec } from './transaction-batch.ts'

export interface TransactionGossipOptions {
  readonly topic: string
}

/** What the gossip of transactions needs, and nothing more. */
export interface TransactionGossipDependencies {
  readonly router: GossipRouter
  readonly mempool: Pick<Mempool, 'addEncoded' | 'get' | 'onAdded'>
  readonly allowance: Pick<TransactionAllowance, 'isSpent' | 'chargeVain'>
  readonly peers: Pick<PeerSet, 'get' | 'report'>
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

/**
 * Ten messages a second whatever the rate: a message costs the network fifteen times what a transaction in it does
 * (measured).
 */
const TICK_MS = 75
/** Transactions that wait to be told of: what the pool holds at most comes in one go after a partition. */
const MAX_WAITING = 8192
/**
 * Half of what a neighbour admits of one peer, the other half being for what it passes on. A full block in two seconds.
 */
const PUBLISHED_BYTES_PER_SECOND = 1024 * 1024
/** One batch on the helper threads and one on this thread; the others wait, and those of one peer behind each other. */
const JUDGING = { atOnce: 2, maxWaiting: 128, maxWaitingEach: 32 }

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
  readonly #queue = new FairQueue(JUDGING)

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
    // As it is now: whoever leaves while its messages wait is charged and blamed all the same.
    const peer = this.#dependencies.peers.get(from)
    if (peer === undefined) return 'ignore'
    try {
      return (await this.#queue.run(from, () => this.#add(data, peer))) ?? 'ignore'
    } catch (error) {
      if (error instanceof RuleError) return this.#blame(from, error)
      this.#dependencies.logger.debug('Transactions could not be judged', { peerId: from, error })
      return 'ignore'
    }
  }

  /** A batch with anything new in it goes on whole; one with a forged signature goes nowhere. */
  async #add(data: Uint8Array, peer: Peer): Promise<GossipVerdict> {
    const { mempool, allowance } = this.#dependencies
    // What came before it in the line may have used up the rest.
    if (allowance.isSpent(peer)) return 'ignore'
    const encodings = transactionBatchCodec.decode(data)
    const names = encodings.map((bytes) => bytesToHex(hash32(bytes)))
    for (const name of names) this.#arriving.add(name)
    try {
      // Copies: a transaction that waits for hours must not keep its whole batch in memory.
      const copies = encodings.map((bytes) => bytes.slice())
      const { outcomes, vainMs } = await mempool.addEncoded(copies, this.#stopping.signal)
      allowance.chargeVain(peer, vainMs)
      const added = outcomes.filter(({ kind }) => kind === 'added').length
      this.#counts.added += added
      const broken = outcomes.flatMap((outcome) =>
        outcome.kind === 'refused' && outcome.error instanceof RuleError ? [outcome.error] : [],
      )
      const [worst = broken[0]] = broken.filter((error) => verdictOf(error) === 'malicious')
      if (worst !== undefined) return this.#blame(peer.id, worst)
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
