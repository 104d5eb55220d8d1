import type { SyncStatus } from './network-sync.ts'

/** Blocks that may be missing without being "behind": they come while one looks. */
const SMALL_GAP = 2n

/**
 * True if the node imports a chain so much longer than its own that its blocks would be stale: one whose work was
 * sampled, and whose blocks come in. What peers claim, and headers whose blocks nobody has, are no reason to stop
 * mining.
 */
export function isBehind({ state, currentBlock, highestBlock }: SyncStatus): boolean {
  return state === 'blocks' && highestBlock > currentBlock + SMALL_GAP
}
