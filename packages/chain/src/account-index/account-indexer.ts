import {
  type Clock,
  Emitter,
  equalBytes,
  type Header,
  invariant,
  type Logger,
  type Startable,
  type Unsubscribe,
} from '@poai/core'
import type { Execution, SenderRecovery } from '@poai/execution'
import {
  type AccountIndexReader,
  type Committer,
  canonicalHashIn,
  createAccountIndexReader,
  dropAccountIndex,
  type IndexedBlock,
  type IndexProgress,
  pruneIndexJournal,
  putIndexedBlock,
  putIndexProgress,
  readIndexProgress,
  type Store,
  undoIndexedBlock,
  type WriteBatch,
} from '@poai/storage'
import type { Chain } from '../chain.ts'
import { createPace } from '../pace/pace.ts'
import { indexListed, indexTraced, type SentBlock } from './index-block.ts'

/** The index by account: which transactions had to do with whom, who created what, who signed and mined what. */
export interface AccountIndex {
  readonly reader: AccountIndexReader
  /** Whether the index goes up to that block of the chain; waits a moment if it is about to. */
  reaches(number: bigint, signal?: AbortSignal): Promise<boolean>
}

/** Keeps an index of a chain: in the background, in order, and never ahead of it. */
export interface AccountIndexer extends AccountIndex, Startable {}

/** What an indexer needs, and nothing more. */
export interface AccountIndexerDependencies {
  readonly store: Store
  readonly committer: Committer
  readonly chain: Pick<Chain, 'head' | 'finalized' | 'onHead' | 'queries'>
  readonly execution: Pick<Execution, 'watchBlock'>
  readonly recovery: SenderRecovery
  readonly clock: Pick<Clock, 'sleep'>
  readonly logger: Logger
}

/** Every bound of the index’s work. */
export interface AccountIndexLimits {
  /** Blocks that one commit adds or takes back at most. */
  readonly sliceBlocks: number
  /** Bytes of entries from which on a commit takes no further block: one block has some 400 kB at most. */
  readonly sliceBytes: number
  /** Computing after which a commit takes no further block. */
  readonly sliceMs: number
  /** How long it rests after it has computed for a millisecond, as long as it is behind. */
  readonly restMsPerMs: number
  /** Records of an old index that one commit removes, and journals of final blocks. */
  readonly removed: number
  /** After a failure, unless a new head comes first. */
  readonly retryMs: number
  /** So near to the head the index is about to reach it: questions wait for it. */
  readonly nearBlocks: bigint
  /** How long they wait. */
  readonly waitMs: number
}

/** Half of the thread's free time while it catches up, and commits of some milliseconds. */
export const ACCOUNT_INDEX_DEFAULTS: AccountIndexLimits = {
  sliceBlocks: 256,
  sliceBytes: 1024 * 1024,
  sliceMs: 25,
  restMsPerMs: 1,
  removed: 4096,
  retryMs: 10_000,
  nearBlocks: 16n,
  waitMs: 2000,
}

/** An indexer, not yet started. One a database. */
export function createAccountIndexer(
  dependencies: AccountIndexerDependencies,
  limits: Partial<AccountIndexLimits> = {},
): AccountIndexer {
  return new ChainAccountIndexer(dependencies, { ...ACCOUNT_INDEX_DEFAULTS, ...limits })
}

/** Whether there is more to do at once, or only after the next head. */
type Outlook = 'more' | 'done'

class ChainAccountIndexer implements AccountIndexer {
  readonly reader: AccountIndexReader
  readonly #dependencies: AccountIndexerDependencies
  readonly #limits: AccountIndexLimits
  readonly #stopping = new AbortController()
  readonly #pace = createPace()
  readonly #moved: Emitter<void>
  #unsubscribe: Unsubscribe | undefined
  #running: Promise<void> | undefined
  #hasNews = true
  #wake: () => void = () => undefined
  /** Journals up to this block are gone. */
  #prunedTo = 0n

  constructor(dependencies: AccountIndexerDependencies, limits: AccountIndexLimits) {
    this.#dependencies = dependencies
    this.#limits = limits
    this.#moved = new Emitter('index', dependencies.logger)
    this.reader = createAccountIndexReader(dependencies.store)
  }

  async start(): Promise<void> {
    this.#unsubscribe = this.#dependencies.chain.onHead(() => {
      this.#hasNews = true
      this.#wake()
    })
    this.#running ??= this.#run()
  }

  async stop(): Promise<void> {
    this.#unsubscribe?.()
    this.#stopping.abort()
    this.#wake()
    await this.#running
  }

  async reaches(number: bigint, signal?: AbortSignal): Promise<boolean> {
    if (this.#isAt(number)) return true
    const progress = this.reader.progress()
    if (progress === undefined || number > progress.number + this.#limits.nearBlocks) return false
    const over = new AbortController()
    const signals = [over.signal, this.#stopping.signal, ...(signal === undefined ? [] : [signal])]
    return new Promise((resolve) => {
      const settle = (isThere: boolean): void => {
        unsubscribe()
        over.abort()
        resolve(isThere)
      }
      const unsubscribe = this.#moved.subscribe(() => {
        if (this.#isAt(number)) settle(true)
      })
      const late = (): void => settle(this.#isAt(number))
      this.#dependencies.clock.sleep(this.#limits.waitMs, AbortSignal.any(signals)).then(late, late)
    })
  }

  /** The index may still hold blocks that have left: then it is not there. */
  #isAt(number: bigint): boolean {
    const progress = this.reader.progress()
    return progress !== undefined && progress.number >= number && this.#isCanonical(progress)
  }

  #isCanonical({ number, hash }: Pick<IndexProgress, 'number' | 'hash'>): boolean {
    const canonical = canonicalHashIn(this.#dependencies.store, number)
    return canonical !== undefined && equalBytes(canonical, hash)
  }

  async #run(): Promise<void> {
    const { logger, clock } = this.#dependencies
    const { signal } = this.#stopping
    while (!signal.aborted) {
      try {
        this.#hasNews = false
        const begunMs = performance.now() - this.#pace.restedMs
        const outlook = await this.#step()
        this.#moved.emit()
        if (outlook === 'done') await this.#news()
        else await clock.sleep((performance.now() - this.#pace.restedMs - begunMs) * this.#limits.restMsPerMs, signal)
      } catch (error) {
        if (signal.aborted) return
        logger.warn('The index by account could not go on', { number: this.reader.progress()?.number, error })
        await Promise.race([this.#news(), clock.sleep(this.#limits.retryMs, signal).catch(() => undefined)])
      }
    }
  }

  #news(): Promise<void> {
    if (this.#hasNews || this.#stopping.signal.aborted) return Promise.resolve()
    return new Promise((resolve) => {
      this.#wake = resolve
    })
  }

  /** One commit at most. */
  async #step(): Promise<Outlook> {
    const { store, chain } = this.#dependencies
    const progress = readIndexProgress(store)
    if (progress === undefined) return this.#begin()
    if (!this.#isCanonical(progress)) return this.#takeBack(progress)
    return progress.number < chain.head().number ? this.#extend(progress) : 'done'
  }

  /** Removes what is left of an older index, then begins one. */
  async #begin(): Promise<Outlook> {
    const { store, committer } = this.#dependencies
    const batch = committer.begin()
    if (!(await dropAccountIndex(store, batch, this.#limits.removed))) {
      const hash = canonicalHashIn(store, 0n)
      invariant(hash !== undefined, 'a chain has its genesis block')
      putIndexProgress(batch, { number: 0n, hash, tracedFrom: 1n })
    }
    await committer.commit(batch, { sync: false })
    return 'more'
  }

  /** Takes back blocks that have left the chain. Where that cannot be done any more, the index begins again. */
  async #takeBack(progress: IndexProgress): Promise<Outlook> {
    const { store, committer, logger } = this.#dependencies
    const batch = committer.begin()
    let at: IndexProgress | undefined = progress
    for (let blocks = 0; at !== undefined && blocks < this.#limits.sliceBlocks && !this.#isCanonical(at); blocks++) {
      at = undoIndexedBlock(batch, at)
    }
    if (at === undefined) {
      logger.warn('Building the index by account again: the chain has other blocks', { number: progress.number })
      const drop = committer.begin()
      await dropAccountIndex(store, drop, this.#limits.removed)
      await committer.commit(drop, { sync: false })
      return 'more'
    }
    await committer.commit(batch, { sync: false })
    return 'more'
  }

  async #extend(progress: IndexProgress): Promise<Outlook> {
    const { committer, chain } = this.#dependencies
    const batch = committer.begin()
    const begunMs = performance.now() - this.#pace.restedMs
    const isFull = (): boolean =>
      batch.sizeBytes() >= this.#limits.sliceBytes ||
      performance.now() - this.#pace.restedMs - begunMs >= this.#limits.sliceMs
    let at = progress
    for (let blocks = 0; blocks < this.#limits.sliceBlocks && at.number < chain.head().number && !isFull(); blocks++) {
      const next = await this.#addBlock(batch, at)
      if (next === undefined) break
      at = next
      const rest = this.#pace.pause()
      if (rest !== undefined) await rest
    }
    if (at === progress) return this.#hasNews ? 'more' : 'done'
    putIndexProgress(batch, at)
    await this.#pruneJournal(batch)
    // All of them follow each other: if the last one is on the chain, so are those before it. Nothing may come between.
    if (this.#isCanonical(at)) await committer.commit(batch, { sync: false })
    return 'more'
  }

  /** Adds the block after `at`; undefined while the chain is changing there. */
  async #addBlock(batch: WriteBatch, at: IndexProgress): Promise<IndexProgress | undefined> {
    const { store, chain } = this.#dependencies
    const number = at.number + 1n
    const hash = canonicalHashIn(store, number)
    const header = hash === undefined ? undefined : chain.queries.header(hash)
    if (hash === undefined || header === undefined || !equalBytes(header.parentHash, at.hash)) return undefined
    const { beneficiary, parentHash, gasUsed } = header
    let entries: IndexedBlock = {
      ...{ number, hash, parentHash, beneficiary },
      ...{ touched: [], sent: [], creations: [] },
    }
    let { tracedFrom } = at
    // Without gas there are no transactions.
    if (gasUsed > 0n) {
      const read = await this.#readBlock(header, hash)
      if (read === 'changing') return undefined
      if (read.entries !== undefined) entries = read.entries
      if (!read.isTraced) tracedFrom = number + 1n
    }
    putIndexedBlock(batch, entries, { withJournal: number > chain.finalized().number })
    return { number, hash, tracedFrom }
  }

  /** What a block with transactions says and did. Without entries if it is not kept. */
  async #readBlock(
    header: Header,
    hash: IndexedBlock['hash'],
  ): Promise<{ readonly entries: IndexedBlock | undefined; readonly isTraced: boolean } | 'changing'> {
    const { chain, recovery } = this.#dependencies
    const { signal } = this.#stopping
    const block = await chain.queries.block(hash)
    if (block === undefined) return { entries: undefined, isTraced: false }
    const sent: SentBlock = { hash, block, senders: await recovery.recover(block.body.transactions, signal) }
    if (chain.queries.keptHeights().oldestState < header.number) return this.#trace(sent)
    const receipts = await chain.queries.receipts(hash)
    return { entries: receipts && indexListed(sent, receipts), isTraced: false }
  }

  async #trace(sent: SentBlock): Promise<{ readonly entries: IndexedBlock; readonly isTraced: true } | 'changing'> {
    const { store, chain, execution } = this.#dependencies
    const { number } = sent.block.header
    const isIn = (reader: Parameters<typeof canonicalHashIn>[0]): boolean => {
      const canonical = canonicalHashIn(reader, number)
      return canonical !== undefined && equalBytes(canonical, sent.hash)
    }
    // A state is that of the chain on disk, which may be about to change. At most one commit gets between two steps
    // that wait for nothing: if the block is there before and after, the state is its parent's.
    const before = store.snapshot()
    const state = chain.queries.stateAt(number - 1n)
    const after = store.snapshot()
    try {
      if (!isIn(before) || !isIn(after)) return 'changing'
      const entries = await indexTraced(sent, {
        ...{ execution, state, signal: this.#stopping.signal },
        blockHash: (height) => canonicalHashIn(before, height),
        pause: () => {
          this.#stopping.signal.throwIfAborted()
          return this.#pace.pause()
        },
      })
      return { entries, isTraced: true }
    } finally {
      await Promise.all([before.close(), state.close(), after.close()])
    }
  }

  /** Lets go of what final blocks no longer need. */
  async #pruneJournal(batch: WriteBatch): Promise<void> {
    const { store, chain } = this.#dependencies
    const finalNumber = chain.finalized().number
    if (finalNumber <= this.#prunedTo) return
    const isAll = await pruneIndexJournal(store, batch, { finalNumber, limit: this.#limits.removed })
    if (isAll) this.#prunedTo = finalNumber
  }
}
