import type { CostLimits } from '../budget/cost-allowance.ts'

/** What one peer's transactions may cost this node. */
export const TRANSACTION_LIMITS: CostLimits = {
  // Twice what a node publishes itself, since it also passes on what others publish; the burst is a whole pool's after
  // a partition.
  bytes: { capacity: 8 * 1024 * 1024, perSecond: 2 * 1024 * 1024 },
  // Two hundred transactions a second by as many senders, and the same again.
  messages: { capacity: 4096, perSecond: 400 },
  // Over a thousand refused transfers at once and fifty a second, because pools that differ refuse some: one percent of
  // a core in the long run.
  vainMs: { capacity: 250, perSecond: 10 },
}
