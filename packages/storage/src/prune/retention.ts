/** How many blocks below the head are kept, for each kind of record; `'all'` forever. */
export interface Retention {
  /** States that can be read (`eth_call` at a height). Not below `undo`. */
  readonly history: bigint | 'all'
  /**
   * Blocks that can be rolled back: the deepest reorganisation that the node follows. Side branches are kept as long.
   */
  readonly undo: bigint
  /** Bodies, receipts and the transaction index. */
  readonly blocks: bigint | 'all'
}

/**
 * A reorganisation of 1,024 blocks is deeper than any that a public chain of this kind has seen except for attacks,
 * which people must judge.
 */
const UNDO_BLOCKS = 1024n

/** What a node keeps, by the name of its mode. */
export const RETENTIONS: Readonly<Record<'archive' | 'full' | 'light', Retention>> = {
  /** Every state there ever was. */
  archive: { history: 'all', undo: UNDO_BLOCKS, blocks: 'all' },
  /** All blocks, so that others can synchronise, and recent states. */
  full: { history: 10_000n, undo: UNDO_BLOCKS, blocks: 'all' },
  /** Recent blocks and as many states as can be rolled back. */
  light: { history: UNDO_BLOCKS, undo: UNDO_BLOCKS, blocks: 10_000n },
}
