import type { Retention } from '@poai/storage'
import type { ChainGenerator, GeneratedBlock } from '@poai/testing/chain'
import { type ChainFixture, openChainFixture } from './chain-fixture.ts'
import { growWithTraffic } from './traffic.ts'

/** What a process is doing when it is killed. */
export type CrashPhaseName = 'import' | 'reorganisation' | 'pruning' | 'compaction'

/** One kind of work to be killed in. */
export interface CrashPhase {
  /** What the node keeps while it works; everything while its database is prepared. */
  readonly retention: Retention
  /**
   * The longest that a process lives from the moment when it opens its database: about what it needs to get through
   * some of its work.
   */
  readonly maxLifeMs: number
  /** Blocks that every database has before its first process. */
  readonly prepared: number
  /** All blocks, in the order in which they come. */
  blocks(generator: ChainGenerator): Promise<readonly GeneratedBlock[]>
}

const KEEP_ALL: Retention = { history: 'all', undo: 1024n, blocks: 'all' }
/** Less than what is prepared: there is something to prune. */
const KEEP_LITTLE: Retention = { history: 8n, undo: 8n, blocks: 8n }

/** Blocks of a database that is to be pruned or compacted. */
const PREPARED_BLOCKS = 120
/** Blocks that come while that is going on. */
const COMING_BLOCKS = 40
const STRAIGHT_BLOCKS = 60
/** Rounds of a duel, and how long each lasts: the branches of its last swap are that deep. */
const DUELS = 4
const DUEL_BLOCKS = 8

function straight(generator: ChainGenerator, length: number): Promise<readonly GeneratedBlock[]> {
  return growWithTraffic(generator, generator.genesis, { length, branch: 'trunk' })
}

/**
 * Two branches that overtake each other with every second block, so that each swap rolls back one block more than the
 * last one; then again from where that ended.
 */
async function duels(generator: ChainGenerator): Promise<readonly GeneratedBlock[]> {
  const blocks: GeneratedBlock[] = []
  let base = generator.genesis
  for (let duel = 0; duel < DUELS; duel++) {
    const one = await growWithTraffic(generator, base, { length: DUEL_BLOCKS, branch: 'one' })
    const other = await growWithTraffic(generator, base, { length: DUEL_BLOCKS, branch: 'the other' })
    for (let at = 0; at < DUEL_BLOCKS; at++) {
      const pair = at % 2 === 0 ? [one[at], other[at]] : [other[at], one[at]]
      blocks.push(...pair.filter((block) => block !== undefined))
    }
    base = blocks.at(-2) ?? base
  }
  return blocks
}

/** The four, by name. */
export const CRASH_PHASES: Readonly<Record<CrashPhaseName, CrashPhase>> = {
  import: {
    retention: KEEP_ALL,
    maxLifeMs: 300,
    prepared: 0,
    blocks: (generator) => straight(generator, STRAIGHT_BLOCKS),
  },
  reorganisation: { retention: KEEP_ALL, maxLifeMs: 300, prepared: 0, blocks: duels },
  pruning: {
    retention: KEEP_LITTLE,
    maxLifeMs: 300,
    prepared: PREPARED_BLOCKS,
    blocks: (generator) => straight(generator, PREPARED_BLOCKS + COMING_BLOCKS),
  },
  compaction: {
    retention: KEEP_ALL,
    maxLifeMs: 400,
    prepared: PREPARED_BLOCKS,
    blocks: (generator) => straight(generator, PREPARED_BLOCKS + COMING_BLOCKS),
  },
}

/** A chain on disk that keeps everything, or what the phase keeps. */
export function openCrashChain(directory: string, phase?: CrashPhaseName): Promise<ChainFixture> {
  const retention = phase === undefined ? KEEP_ALL : CRASH_PHASES[phase].retention
  return openChainFixture({
    ...{ directory, retention, isSettled: true },
    chain: { limits: { finalityDepth: KEEP_LITTLE.undo } },
  })
}
