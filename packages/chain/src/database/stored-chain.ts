import { type ChainContext, chainContextCodec } from '@poai/consensus'
import {
  type Block,
  type BlockCodecs,
  bytesToHex,
  equalBytes,
  type ForkStep,
  type Hash32,
  type Hex,
  invariant,
  type Receipt,
} from '@poai/core'
import type { BlockOutcome } from '@poai/execution'
import {
  applyState,
  type BlockStore,
  badBlockRule,
  type Committer,
  createBlockStore,
  createStateReader,
  createStateStore,
  createTrieNodeReader,
  deleteBlock,
  forgetBadBlocks,
  getMeta,
  type KeptBadBlock,
  keepBadBlock,
  keptBadBlocks,
  listSideBlocks,
  makeCanonical,
  prune,
  putBadBlock,
  putBlock,
  putMeta,
  putReceipts,
  type Retention,
  readFinalBlock,
  readHorizons,
  rollbackState,
  type Store,
  unmakeCanonical,
  writeFinalBlock,
} from '@poai/storage'
import type { BlockPlace, ChainDatabase, ChainUpdate, FinalBlock } from './chain-database.ts'
import { decodeSchedule, encodeSchedule, SCHEDULE_NAME } from './schedule-record.ts'

/** What a chain on disk is made of. */
export interface StoredChainDependencies {
  readonly store: Store
  readonly committer: Committer
  readonly codecs: Pick<BlockCodecs, 'body'>
  /** What is kept how long. */
  readonly retention: Retention
}

/**
 * Heights that one commit moves each horizon by at most: it catches up with a changed retention, and a commit stays
 * small.
 */
const PRUNE_STEP = 4n

/** Of a commit that only prunes: some milliseconds of the main thread, and a hundred thousand blocks in minutes. */
const PRUNE_MORE_STEP = 16n

/**
 * The chain in a database, for the import pipeline and for readers. The genesis block must be there before the head is
 * asked for.
 */
export function createStoredChain(dependencies: StoredChainDependencies): ChainDatabase {
  const { store, codecs } = dependencies
  const blocks = createBlockStore(store, codecs)
  const states = createStateStore(store)
  const context = (hash: Hash32): ChainContext | undefined => {
    const bytes = blocks.context(hash)
    return bytes === undefined ? undefined : chainContextCodec.decode(bytes)
  }
  // Everybody asks for it all the time, and a block of its hash has one context.
  let lastHead: ChainContext | undefined
  const marks = new Marks(store, blocks)
  const database: ChainDatabase = {
    rollbackDepth: dependencies.retention.undo,
    head: () => {
      const head = blocks.head()
      invariant(head !== undefined, 'a chain has at least its genesis block')
      if (lastHead !== undefined && equalBytes(lastHead.hash, head.hash)) return lastHead
      lastHead = context(head.hash)
      invariant(lastHead !== undefined, 'the head has a context')
      return lastHead
    },
    context,
    header: blocks.header,
    body: blocks.body,
    receipts: blocks.receipts,
    canonicalHash: blocks.canonicalHash,
    transactionPlace: blocks.transaction,
    state: states.head,
    nodes: states.nodes,
    stateAt: (number) => states.at(number),
    final: () => marks.final(),
    sideBlocks: async () =>
      (await listSideBlocks(store)).map((block) => {
        const own = context(block.hash)
        invariant(own !== undefined, 'a stored block has a context')
        return { ...block, context: own }
      }),
    branchHorizon: () => marks.branchHorizon(),
    badBlock: (hash) => badBlockRule(store, hash),
    badBlocks: () => keptBadBlocks(store),
    keptHeights: () => {
      const { history, blocks: oldestBlock } = readHorizons(store)
      const { retention } = dependencies
      return { oldestState: history, oldestBlock, states: retention.history, blocks: retention.blocks }
    },
    schedule: () => decodeSchedule(getMeta(store, SCHEDULE_NAME)),
    pruneMore: async () => {
      const { committer, retention } = dependencies
      const batch = committer.begin()
      const options = { retention, maxBlocks: PRUNE_MORE_STEP, finalNumber: readFinalBlock(store)?.number ?? 0n }
      const hasMore = await prune(batch, { store, codecs }, options)
      if (batch.changes().length > 0) await marks.during(() => committer.commit(batch, { sync: false }))
      return hasMore
    },
    begin: () => new BatchUpdate(dependencies, { blocks, marks, database }),
  }
  return database
}

/** Where finality and side branches begin: asked at every block, and written now and then. */
class Marks {
  readonly #store: Store
  readonly #blocks: BlockStore
  #known: { readonly final: FinalBlock; readonly branches: bigint } | undefined

  constructor(store: Store, blocks: BlockStore) {
    this.#store = store
    this.#blocks = blocks
  }

  final(): FinalBlock {
    return this.#read().final
  }

  branchHorizon(): bigint {
    return this.#read().branches
  }

  /** A commit that may write them: what was read before it, or meanwhile, is not known any more. */
  async during(commit: () => Promise<void>): Promise<void> {
    try {
      const committed = commit()
      this.#known = undefined
      await committed
    } finally {
      this.#known = undefined
    }
  }

  /** In a database of an older program there is no mark; what has no undo record any more is final there too. */
  #read(): { readonly final: FinalBlock; readonly branches: bigint } {
    if (this.#known !== undefined) return this.#known
    const marked = readFinalBlock(this.#store)
    const { undo, branches } = readHorizons(this.#store)
    const number = marked !== undefined && marked.number >= undo ? marked.number : undo
    const hash = number === marked?.number ? marked.hash : this.#blocks.canonicalHash(undo)
    invariant(hash !== undefined, 'a block whose undo record is gone is canonical')
    this.#known = { final: { number, hash }, branches }
    return this.#known
  }
}

/** A block that an update knows without asking the disk. */
interface StagedBlock extends Block {
  readonly context: ChainContext
}

/** A batch, and beside it what it means for blocks: those are few and were decoded already. */
class BatchUpdate implements ChainUpdate {
  readonly state: ChainUpdate['state']
  readonly nodes: ChainUpdate['nodes']
  readonly #dependencies: StoredChainDependencies
  readonly #blocks: BlockStore
  readonly #marks: Marks
  readonly #database: ChainDatabase
  readonly #batch: ReturnType<Committer['begin']>
  readonly #staged = new Map<Hex, StagedBlock>()
  readonly #stagedReceipts = new Map<Hex, readonly Receipt[]>()
  /** Of the numbers that changed: a hash, or undefined above a rolled back head. */
  readonly #canonical = new Map<bigint, Hash32 | undefined>()
  #head: ChainContext | undefined
  #finalNumber: bigint | undefined

  constructor(
    dependencies: StoredChainDependencies,
    {
      blocks,
      marks,
      database,
    }: { readonly blocks: BlockStore; readonly marks: Marks; readonly database: ChainDatabase },
  ) {
    this.#dependencies = dependencies
    this.#blocks = blocks
    this.#marks = marks
    this.#database = database
    this.#batch = dependencies.committer.begin()
    this.state = createStateReader(this.#batch)
    this.nodes = createTrieNodeReader(this.#batch)
  }

  head(): ChainContext {
    this.#head ??= this.#database.head()
    return this.#head
  }

  context(hash: Hash32): ChainContext | undefined {
    return this.#staged.get(bytesToHex(hash))?.context ?? this.#database.context(hash)
  }

  header(hash: Hash32): Block['header'] | undefined {
    return this.#staged.get(bytesToHex(hash))?.header ?? this.#blocks.header(hash)
  }

  async body(hash: Hash32): Promise<Block['body'] | undefined> {
    return this.#staged.get(bytesToHex(hash))?.body ?? this.#blocks.body(hash)
  }

  async receipts(hash: Hash32): Promise<readonly Receipt[] | undefined> {
    return this.#stagedReceipts.get(bytesToHex(hash)) ?? this.#blocks.receipts(hash)
  }

  canonicalHash(number: bigint): Hash32 | undefined {
    return this.#canonical.has(number) ? this.#canonical.get(number) : this.#blocks.canonicalHash(number)
  }

  putBlock(block: Block, context: ChainContext): void {
    this.#staged.set(bytesToHex(context.hash), { ...block, context })
    putBlock(this.#batch, this.#dependencies.codecs, { ...block, context: chainContextCodec.encode(context) })
  }

  async extendHead(hash: Hash32, outcome: BlockOutcome): Promise<void> {
    const [block, context] = [await this.#block(hash), this.context(hash)]
    invariant(context !== undefined, 'a block that becomes the head was stored')
    makeCanonical(this.#batch, block)
    applyState(this.#batch, block.header.number, outcome)
    putReceipts(this.#batch, hash, outcome.receipts)
    this.#stagedReceipts.set(bytesToHex(hash), outcome.receipts)
    this.#canonical.set(context.number, hash)
    this.#head = context
  }

  async rollBackHead(): Promise<void> {
    const { hash, number } = this.head()
    const block = await this.#block(hash)
    const parent = this.context(block.header.parentHash)
    invariant(parent !== undefined, 'the parent of a canonical block is stored')
    unmakeCanonical(this.#batch, block)
    rollbackState(this.#batch, number)
    this.#canonical.set(number, undefined)
    this.#head = parent
  }

  dropBlock(block: BlockPlace): void {
    this.#staged.delete(bytesToHex(block.hash))
    deleteBlock(this.#batch, block)
  }

  setFinal(block: FinalBlock): void {
    writeFinalBlock(this.#batch, block)
    this.#finalNumber = block.number
  }

  async putBadBlock(hash: Hash32, rule: Parameters<ChainUpdate['putBadBlock']>[1]): Promise<void> {
    await putBadBlock(this.#dependencies.store, this.#batch, { hash, rule })
  }

  async forgetBadBlocks(): Promise<void> {
    await forgetBadBlocks(this.#dependencies.store, this.#batch)
  }

  setSchedule(steps: readonly ForkStep[]): void {
    putMeta(this.#batch, SCHEDULE_NAME, encodeSchedule(steps))
  }

  async keepBadBlock(block: KeptBadBlock): Promise<void> {
    await keepBadBlock(this.#dependencies.store, this.#batch, block)
  }

  async commit(options: { readonly sync: boolean }): Promise<void> {
    const { store, codecs, retention, committer } = this.#dependencies
    if (this.#head !== undefined) {
      const finalNumber = this.#finalNumber ?? readFinalBlock(store)?.number ?? 0n
      await prune(this.#batch, { store, codecs }, { retention, maxBlocks: PRUNE_STEP, finalNumber })
    }
    await this.#marks.during(() => committer.commit(this.#batch, options))
  }

  async #block(hash: Hash32): Promise<Block> {
    const [header, body] = [this.header(hash), await this.body(hash)]
    invariant(header !== undefined && body !== undefined, 'a block of the chain is stored whole')
    return { header, body }
  }
}
