import type { Network } from '@poai/p2p'
import type { Database } from '@poai/storage'
import type { EventLoopDelay } from '../lifecycle/event-loop-watch.ts'
import type { NodeStatus } from '../status/node-status.ts'
import type { MetricsSnapshot } from './metrics-snapshot.ts'

/** Where a snapshot is taken from; what the node does not have yet is undefined. */
export interface SnapshotSources {
  readonly status: NodeStatus
  readonly network: Network | undefined
  readonly database: Database | undefined
  readonly loop: EventLoopDelay
}

/** Before the first and after the last key that there can be. */
const FIRST_KEY: Uint8Array = Uint8Array.of(0)
const LAST_KEY: Uint8Array = Uint8Array.of(0xff)

/** Looks at everything once. */
export async function takeSnapshot(sources: SnapshotSources): Promise<MetricsSnapshot> {
  const { status, network, database, loop } = sources
  return {
    ...{ status, loop },
    network: network?.figures(),
    roundTripsMs:
      network?.peers
        .list()
        .filter(({ peer }) => peer !== undefined)
        .map(({ roundTripMs }) => roundTripMs)
        .filter((roundTripMs) => roundTripMs !== undefined) ?? [],
    caches: database?.store.cacheFigures() ?? [],
    databaseBytes: (await database?.store.approximateSize(FIRST_KEY, LAST_KEY)) ?? 0,
  }
}
