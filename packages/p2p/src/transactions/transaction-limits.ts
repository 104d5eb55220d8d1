import type { CostLimits } from '../budget/cost-allowance.ts'

/** What one peer's transactions may cost this node. */
export const TRANSACTION_LIMITS: CostLimits = {
  // Twice what a node publishes by itself, since it also passes on what others publish; a burst as long as a pool's
  // after a partition.
  bytes: { capacity: 8 * 1024 * 1024, perSecond: 2 * 1024 * 1024 },
  // Two hundred transactions a second by as many makers, and the same again.
  messages: { capacity: 4096, perSecond: 400 },
  // Over a thousand refused transfers at once and fifty a second: pools that differ refuse some. One part in a hundred
  // of a core for good.
  vainMs: { capacity: 250, perSecond: 10 },
}
