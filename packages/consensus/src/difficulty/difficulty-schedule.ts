import type { DifficultyParams } from '@poai/core'
import { type AsertOptions, asertTarget, scheduledTarget } from './asert-target.ts'

/** A block at which the chain counts as on schedule: from there lateness is measured. */
export interface DifficultyAnchor {
  readonly number: bigint
  readonly timestamp: bigint
  /** The target that was right then. */
  readonly target: bigint
}

/** A block as far as the schedule looks at it. */
export interface ScheduledBlock {
  readonly number: bigint
  readonly timestamp: bigint
}

/** The anchor in force after a block. */
interface Schedule extends ScheduledBlock {
  readonly anchor: DifficultyAnchor
}

/** The anchor while there is only the genesis block. Its timestamp is not used: see {@link nextAnchor}. */
export function genesisAnchor(difficulty: DifficultyParams, genesis: ScheduledBlock): DifficultyAnchor {
  return { number: genesis.number, timestamp: genesis.timestamp, target: difficulty.initialTarget }
}

function asertOptions(difficulty: DifficultyParams, parent: Schedule): AsertOptions {
  return {
    anchorTarget: parent.anchor.target,
    timeDelta: parent.timestamp - parent.anchor.timestamp,
    heightDelta: parent.number - parent.anchor.number,
    spacingSeconds: difficulty.spacingSeconds,
    halfLifeSeconds: difficulty.halfLifeSeconds,
    easiestTarget: difficulty.easiestTarget,
  }
}

/**
 * What the block after `parent` must have as its target. Its own timestamp does not count: a miner can't make its own
 * block easier.
 */
export function nextTarget(difficulty: DifficultyParams, parent: Schedule): bigint {
  return asertTarget(asertOptions(difficulty, parent))
}

/**
 * The anchor in force after `block`, the child of `parent`.
 *
 * - Block 1 is the first anchor. The genesis block can't be: nobody mined it, and its timestamp may be years before
 *   block 1's, which would make the whole chain so late that it stays at the easiest target.
 * - A block that the schedule wanted easier than allowed moves the anchor to its parent: the lateness that no target
 * could express is forgotten. Else a network that slept for a night would owe thousands of blocks at the easiest
 * target.
 */
export function nextAnchor(difficulty: DifficultyParams, parent: Schedule, block: ScheduledBlock): DifficultyAnchor {
  if (block.number === 1n) return { number: 1n, timestamp: block.timestamp, target: difficulty.initialTarget }
  if (scheduledTarget(asertOptions(difficulty, parent)) <= difficulty.easiestTarget) return parent.anchor
  return { number: parent.number, timestamp: parent.timestamp, target: difficulty.easiestTarget }
}
