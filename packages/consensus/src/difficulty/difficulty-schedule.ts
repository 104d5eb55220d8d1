import { type DifficultyParams, type RuleSchedule, type Rules, rulesAt } from '@poai/core'
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
export function genesisAnchor(schedule: RuleSchedule, { number, timestamp }: ScheduledBlock): DifficultyAnchor {
  return { number, timestamp, target: rulesAt(schedule, number).difficulty.initialTarget }
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
 * The point from which lateness is measured for the child of `parent`. A fork that changes the schedule begins a new
 * one at its parent: lateness in old spacings means nothing in new ones. The first target is the one that the fork
 * names, or the one that the old schedule had come to.
 */
function anchorForChild(schedule: RuleSchedule, parent: Schedule): DifficultyAnchor {
  const [before, after] = [rulesAt(schedule, parent.number), rulesAt(schedule, parent.number + 1n)]
  const named = after === before ? undefined : after.fork?.changes.difficulty?.initialTarget
  if (named === undefined && keepsSchedule(before, after)) return parent.anchor
  const target = named ?? asertTarget(asertOptions(before.difficulty, parent))
  return { number: parent.number, timestamp: parent.timestamp, target }
}

function keepsSchedule({ difficulty: before }: Rules, { difficulty: after }: Rules): boolean {
  return before.spacingSeconds === after.spacingSeconds && before.halfLifeSeconds === after.halfLifeSeconds
}

/** The arithmetic of the child of `parent`, by the rules of its height. */
function optionsForChild(schedule: RuleSchedule, parent: Schedule): AsertOptions {
  const { difficulty } = rulesAt(schedule, parent.number + 1n)
  return asertOptions(difficulty, { ...parent, anchor: anchorForChild(schedule, parent) })
}

/**
 * What the block after `parent` must have as its target. Its own timestamp does not count: a miner can't make its own
 * block easier.
 */
export function nextTarget(schedule: RuleSchedule, parent: Schedule): bigint {
  return asertTarget(optionsForChild(schedule, parent))
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
export function nextAnchor(schedule: RuleSchedule, parent: Schedule, block: ScheduledBlock): DifficultyAnchor {
  const options = optionsForChild(schedule, parent)
  if (block.number === 1n) return { number: 1n, timestamp: block.timestamp, target: asertTarget(options) }
  if (scheduledTarget(options) <= options.easiestTarget) return anchorForChild(schedule, parent)
  return { number: parent.number, timestamp: parent.timestamp, target: options.easiestTarget }
}
