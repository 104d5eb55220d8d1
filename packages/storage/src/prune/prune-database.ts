import { readHead } from '../blocks/chain-head.ts'
import type { Committer } from '../store/committer.ts'
import { HORIZON_NAMES, type Horizons, readHorizons } from './horizons.ts'
import { horizonGoals, type PruneDependencies, prune } from './prune.ts'
import type { Retention } from './retention.ts'

/**
 * Heights that one commit moves each horizon by: some megabytes of deletions in memory at most, and a few milliseconds
 * of disk.
 */
export const PRUNE_COMMIT_BLOCKS = 64n

/** How far pruning is: heights that the horizons have moved by and have to move by, all four together. */
export interface PruneProgress {
  readonly horizons: Horizons
  readonly done: bigint
  readonly total: bigint
}

/** How much to prune, and what to tell about it. */
export interface PruneDatabaseOptions {
  readonly retention: Retention
  /** Default {@link PRUNE_COMMIT_BLOCKS}. */
  readonly commitBlocks?: bigint
  readonly onProgress?: (progress: PruneProgress) => void
  readonly signal?: AbortSignal
}

/**
 * Prunes a database on which no chain runs down to what the retention keeps. Each step is one synced commit with its
 * horizons, so an interruption leaves a whole database, and the next call goes on. A running chain needs none of this:
 * it prunes with every block, what is final there; here whoever calls has decided that what loses its undo records is
 * final.
 */
export async function pruneDatabase(
  dependencies: PruneDependencies & { readonly committer: Committer },
  { retention, commitBlocks = PRUNE_COMMIT_BLOCKS, onProgress = () => undefined, signal }: PruneDatabaseOptions,
): Promise<Horizons> {
  const { store, committer } = dependencies
  const begin = readHorizons(store)
  const goals = horizonGoals({ head: readHead(store)?.number ?? 0n }, retention)
  const total = distance(begin, goals)
  for (let hasMore = total > 0n; hasMore; ) {
    signal?.throwIfAborted()
    const batch = committer.begin()
    hasMore = await prune(batch, dependencies, { retention, maxBlocks: commitBlocks })
    await committer.commit(batch, { sync: true })
    const horizons = readHorizons(store)
    onProgress({ horizons, done: distance(begin, horizons), total })
  }
  return readHorizons(store)
}

/** Horizons only rise: one that is past its goal already counts nothing. */
function distance(from: Horizons, to: Horizons): bigint {
  return HORIZON_NAMES.reduce((sum, name) => sum + (to[name] > from[name] ? to[name] - from[name] : 0n), 0n)
}
