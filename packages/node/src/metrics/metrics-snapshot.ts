import type { NetworkFigures } from '@poai/p2p'
import type { CacheFigures } from '@poai/storage'
import type { EventLoopDelay } from '../lifecycle/event-loop-watch.ts'
import type { NodeStatus } from '../status/node-status.ts'

/** All that is measured, as it is when somebody asks. What the node does not have yet is undefined. */
export interface MetricsSnapshot {
  readonly status: NodeStatus
  readonly network: NetworkFigures | undefined
  /** Of connected peers, in milliseconds. */
  readonly roundTripsMs: readonly number[]
  readonly caches: readonly CacheFigures[]
  /** Of the files, estimated by LevelDB. */
  readonly databaseBytes: number
  readonly loop: EventLoopDelay
}
