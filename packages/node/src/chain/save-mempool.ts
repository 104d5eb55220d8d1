import type { Mempool } from '@poai/chain'
import type { Clock, Logger, Startable } from '@poai/core'
import { repeat } from '../lifecycle/repeat.ts'

/** How much of the mempool a crash may cost. */
const EVERY_MS = 60_000

/** Writes the mempool to disk at intervals; one that stays empty is written once. */
export function createMempoolSaving(
  mempool: Pick<Mempool, 'size' | 'save'>,
  shared: { readonly clock: Clock; readonly logger: Logger },
): Startable {
  const isEmpty = (): boolean => mempool.size.pending + mempool.size.queued === 0
  let wasEmpty = isEmpty()
  return repeat({ name: 'saving the mempool', everyMs: EVERY_MS }, shared, async () => {
    const isEmptyNow = isEmpty()
    if (!isEmptyNow || !wasEmpty) await mempool.save()
    wasEmpty = isEmptyNow
  })
}
