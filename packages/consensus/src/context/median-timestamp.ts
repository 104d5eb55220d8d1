import { invariant } from '@poai/core'

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

function compareIntegers(a: bigint, b: bigint): number {
  if (a === b) return 0
  return a < b ? -1 : 1
}
