import { ORPHAN_DEFAULTS, type OrphanLimits } from './orphan-pool.ts'
import { SIDE_DEFAULTS, type SideLimits } from './side-blocks.ts'

/** Bounds of the import pipeline. */
export interface ImportLimits {
  /** Blocks below the head that never change again, once the node has settled at the end of the chain. */
  readonly finalityDepth: bigint
  /** Replays at one time. */
  readonly replayConcurrency: number
  /** Blocks anywhere between their cheap checks and their commit. */
  readonly maxInFlight: number
  /** Blocks of a synchronisation that a power cut may undo: the next one is synced, and those before it with it. */
  readonly maxUnsynced: number
  readonly orphans: OrphanLimits
  readonly sides: SideLimits
}

export const IMPORT_DEFAULTS: ImportLimits = {
  // A quarter of an hour at five seconds a block: people must judge longer splits of the network. Undo records reach
  // further.
  finalityDepth: 200n,
  // The engine queues what its workers cannot take: a few more than it has workers keep all of them busy.
  replayConcurrency: 8,
  // Enough to keep the replays busy through a synchronisation; 2 MiB each at most.
  maxInFlight: 64,
  // A synced write waits for the disk, two milliseconds and more. Peers still have these blocks.
  maxUnsynced: 64,
  orphans: ORPHAN_DEFAULTS,
  sides: SIDE_DEFAULTS,
}
