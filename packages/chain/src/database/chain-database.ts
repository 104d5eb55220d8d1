import type { ChainContext } from '@poai/consensus'
import type { Block, Body, ForkStep, Hash32, Header, Receipt, RuleCode } from '@poai/core'
import type { BlockOutcome, StateReader, TrieNodeReader } from '@poai/execution'
import type { KeptBadBlock } from '@poai/storage'

/** A state that stays as it is while blocks come and go. Close it soon. */
export interface PastState extends StateReader {
  close(): Promise<void>
}

/** A block among others, canonical or not. */
export interface BlockPlace {
  readonly hash: Hash32
  readonly parentHash: Hash32
  readonly number: bigint
}

/** A block that is kept beside the canonical chain. */
export interface KeptSideBlock extends BlockPlace {
  readonly context: ChainContext
  readonly bodyBytes: number
}

/** Where a transaction stands on the canonical chain. */
export interface TransactionPlace {
  readonly blockHash: Hash32
  readonly index: number
}

/** A block that never changes again, and with it all before it. */
export interface FinalBlock {
  readonly number: bigint
  readonly hash: Hash32
}

/** From which heights on a chain is kept, and how many blocks below the head; `'all'` for ever. */
export interface KeptHeights {
  /** The oldest block after which the state can be read. */
  readonly oldestState: bigint
  /** The oldest block with body and receipts, the genesis block apart. */
  readonly oldestBlock: bigint
  readonly states: bigint | 'all'
  readonly blocks: bigint | 'all'
}

/** What is kept of blocks. Undefined where nothing is kept. Small records are read at once: see `StateReader`. */
export interface ChainReader {
  /** The chain that ends with the canonical head. */
  head(): ChainContext
  /** Of a block that was stored, canonical or not. */
  context(hash: Hash32): ChainContext | undefined
  header(hash: Hash32): Header | undefined
  /** Bodies and receipts may be megabytes: they are read off the main thread. */
  body(hash: Hash32): Promise<Body | undefined>
  /** Of a canonical block. */
  receipts(hash: Hash32): Promise<readonly Receipt[] | undefined>
  canonicalHash(number: bigint): Hash32 | undefined
}

/**
 * Changes of the chain that become real together; reads show what was staged. The one writer begins and commits it; to
 * drop it, do nothing.
 */
export interface ChainUpdate extends ChainReader {
  /** After the head as staged. */
  readonly state: StateReader
  readonly nodes: TrieNodeReader
  /** Keeps a block that is not canonical (yet). */
  putBlock(block: Block, context: ChainContext): void
  /** Makes a stored block, the head's child, the head. */
  extendHead(hash: Hash32, outcome: BlockOutcome): Promise<void>
  /** Makes the head's parent the head: state and indexes go back. The block stays, beside the chain. */
  rollBackHead(): Promise<void>
  /** Forgets a block beside the canonical chain on which none stands. */
  dropBlock(block: BlockPlace): void
  /** Moves the mark of what is final. */
  setFinal(block: FinalBlock): void
  putBadBlock(hash: Hash32, code: RuleCode): Promise<void>
  /** Forgets which blocks were bad. */
  forgetBadBlocks(): Promise<void>
  /** Records the forks by whose rules all blocks here were judged. */
  setSchedule(steps: readonly ForkStep[]): void
  /** Keeps a bad block whole, for people: the last few, see `BAD_BLOCK_SHELVES`. */
  keepBadBlock(block: KeptBadBlock): Promise<void>
  /** All or nothing; with `sync`, on disk when it resolves. */
  commit(options: { readonly sync: boolean }): Promise<void>
}

/** The chain on disk, as the import pipeline needs it. */
export interface ChainDatabase extends ChainReader {
  /** Blocks that can be rolled back at least, once the chain is that long. */
  readonly rollbackDepth: bigint
  /** The state after the head. */
  readonly state: StateReader
  readonly nodes: TrieNodeReader
  /**
   * The last block that was marked as final, or that cannot be rolled back any more; the genesis block where there is
   * none.
   */
  final(): FinalBlock
  /** Every block that is not canonical. Reads much: for the start. */
  sideBlocks(): Promise<readonly KeptSideBlock[]>
  /** Blocks of side branches below this height are gone. */
  branchHorizon(): bigint
  /** The rule that a block was found to break, if it is remembered. */
  badBlock(hash: Hash32): RuleCode | undefined
  /** Bad blocks that were kept whole, those with work first, each kind from the newest on. */
  badBlocks(): Promise<readonly KeptBadBlock[]>
  keptHeights(): KeptHeights
  /** The forks by whose rules the blocks here were judged. */
  schedule(): readonly ForkStep[]
  /** Of a transaction of a canonical block. */
  transactionPlace(hash: Hash32): TransactionPlace | undefined
  /** The state after a canonical block. Throws an `AppError` if it is not kept. */
  stateAt(number: bigint): PastState
  /**
   * Removes some of what need not be kept any more, in a commit of its own; true if there is more. For the one writer,
   * like an update. Each new head removes about as much as it brings; this is for what a node kept while it caught up,
   * all of which becomes final at once.
   */
  pruneMore(): Promise<boolean>
  begin(): ChainUpdate
}
