import { invariant, type RuleSchedule, rulesAt } from '@poai/core'

/**
 * The middle of `timestamps` by size; of an even number the upper one. A block must be later: a minority can't hold the
 * chain's clock back, since it moves with the majority's blocks.
 */
export function medianTimestamp(timestamps: readonly bigint[]): bigint {
  const sorted = [...timestamps].sort(compareIntegers)
  const median = sorted[sorted.length >> 1]
  invariant(median !== undefined, 'the median of no timestamps')
  return median
}

/** A chain, as far as its clock depends on it. */
export interface TimedChain {
  readonly number: bigint
  /** Of its last blocks, oldest first. */
  readonly recentTimestamps: readonly bigint[]
}

/**
 * The timestamp that the next block must be after. A fork that widens the span takes effect as blocks come: no more of
 * them are remembered than were asked for.
 */
export function latestPastTimestamp(schedule: RuleSchedule, { number, recentTimestamps }: TimedChain): bigint {
  return medianTimestamp(recentTimestamps.slice(-rulesAt(schedule, number + 1n).time.medianSpan))
}

function compareIntegers(a: bigint, b: bigint): number {
  if (a === b) return 0
  return a < b ? -1 : 1
}
