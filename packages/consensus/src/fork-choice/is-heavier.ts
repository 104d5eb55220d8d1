/** The end of a chain, as far as fork choice looks at it. */
export interface ChainWeight {
  /** Work of the block and of all before it. */
  readonly totalWork: bigint
}

/**
 * True if a node must leave `current` for `candidate`. On equal work the one seen first stays, so that nobody gains by
 * withholding.
 */
export function isHeavier(candidate: ChainWeight, current: ChainWeight): boolean {
  return candidate.totalWork > current.totalWork
}
