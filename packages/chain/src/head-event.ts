import type { ChainContext } from '@poai/consensus'
import type { Block, Hash32, Receipt } from '@poai/core'

/** A block that was executed, with what it did. */
export interface ExecutedBlock {
  readonly hash: Hash32
  readonly block: Block
  readonly receipts: readonly Receipt[]
}

/**
 * The canonical chain has a new end. What left comes before what joined, so that logs are taken back before they come
 * again.
 */
export interface HeadEvent {
  readonly head: ChainContext
  /** From the old head down; empty unless it was a reorganisation. */
  readonly removed: readonly ExecutedBlock[]
  /** Up to the new head. */
  readonly added: readonly ExecutedBlock[]
}
