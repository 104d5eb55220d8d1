import type { Clock } from '@poai/core'

/**
 * How long a stop waits for a block that was found just before: it is worth waiting for, but the stop of a node has a
 * limit, too.
 */
export const STOP_GRACE_MS = 5_000

/** Waits for `work`, and aborts it when the grace is over. */
export async function endWithGrace(
  work: Promise<unknown> | undefined,
  abandon: AbortController,
  clock: Pick<Clock, 'sleep'>,
): Promise<void> {
  if (work === undefined) return
  const over = new AbortController()
  clock.sleep(STOP_GRACE_MS, over.signal).then(
    () => abandon.abort(new Error('the miner is being stopped')),
    () => undefined,
  )
  await work
  over.abort()
}
