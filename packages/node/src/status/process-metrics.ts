import type { EventLoopDelay } from '../lifecycle/event-loop-watch.ts'
import { byLabel, type MetricRow } from '../metrics/metric.ts'

/** Figures of the process. */
export interface ProcessFigures {
  readonly memoryBytes: number
  readonly uptimeSeconds: number
  readonly loop: EventLoopDelay
}

/** The process that the node runs in. */
export const PROCESS_ROWS: readonly MetricRow<ProcessFigures>[] = [
  {
    name: 'poai_node_uptime_seconds',
    kind: 'gauge',
    help: 'Time since the start',
    read: ({ uptimeSeconds }) => uptimeSeconds,
  },
  {
    name: 'poai_node_memory_bytes',
    kind: 'gauge',
    help: 'Resident memory of the node and its engine workers',
    read: ({ memoryBytes }) => memoryBytes,
  },
  {
    name: 'poai_node_event_loop_delay_seconds',
    kind: 'gauge',
    help: 'How late the event loop was in the last ten seconds',
    labels: ['statistic'],
    read: ({ loop }) => byLabel('statistic', { mean: loop.mean, p99: loop.p99, max: loop.max }),
  },
]
