/**
 * How long a call should keep a worker: what a new head throws away, and what a verification waits for at most. A
 * hundredth of the shortest block time of a built-in network, and still a hundred times what a message costs.
 */
const CALL_SECONDS = 0.04
/** A model for tests is so fast that time alone would ask for hundreds. */
const MAX_BATCH = 16

/** Attempts in one call, by the pace of the workers so far. */
export function batchSizeFor(attemptsPerSecond: number, workers: number): number {
  const wanted = Math.round((attemptsPerSecond / workers) * CALL_SECONDS)
  return Math.min(MAX_BATCH, Math.max(1, wanted))
}
