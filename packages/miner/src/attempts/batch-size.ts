/**
 * How long a call should keep a worker: at most this much is thrown away when the head changes, and a verification
 * waits no longer. A hundredth of the shortest block time of a built-in network, and still a hundred times the cost of
 * a message.
 */
const CALL_SECONDS = 0.04
/** A test model is so fast that time alone would ask for hundreds. */
const MAX_BATCH = 16

/** How many attempts to make in one call, by the pace of the workers so far. */
export function batchSizeFor(attemptsPerSecond: number, workers: number): number {
  const wanted = Math.round((attemptsPerSecond / workers) * CALL_SECONDS)
  return Math.min(MAX_BATCH, Math.max(1, wanted))
}
