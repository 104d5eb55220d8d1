import type { CallReport } from '@poai/rpc'
import { Counter, collectDefaultMetrics, Gauge, Histogram, Registry } from 'prom-client'
import type { FinishedReplay } from '../judge/replay-counter.ts'
import type { MetricRow } from './metric-row.ts'
import { METRIC_TABLE } from './metric-table.ts'
import type { MetricsSnapshot } from './metrics-snapshot.ts'

/** What a node measures, in the words of Prometheus. */
export interface NodeMetrics {
  readonly contentType: string
  /** The whole page. */
  render(): Promise<string>
  onReplay(replay: FinishedReplay): void
  onCall(report: CallReport): void
}

/** A replay of the embedded model takes some ten milliseconds, one of a large model seconds; waiting comes on top. */
const REPLAY_BUCKETS: readonly number[] = [0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 1, 2, 5, 10, 30]
/** Most calls read memory; a trace executes blocks. */
const CALL_BUCKETS: readonly number[] = [0.001, 0.005, 0.01, 0.05, 0.1, 0.5, 1, 5, 10, 30]

/** A registry of its own, so that several nodes fit into one process. `look` is called once for each page. */
export function createNodeMetrics(look: () => Promise<MetricsSnapshot>): NodeMetrics {
  const registry = new Registry()
  const writers = METRIC_TABLE.map((row) => createWriter(row, registry))
  const replays = new Histogram({
    name: 'poai_replay_seconds',
    help: 'Time from asking for a replay to its verdict, waiting included',
    labelNames: ['outcome'],
    buckets: [...REPLAY_BUCKETS],
    registers: [registry],
  })
  const calls = new Histogram({
    name: 'poai_rpc_call_seconds',
    help: 'Time that JSON-RPC calls took, by method and outcome',
    labelNames: ['method', 'outcome'],
    buckets: [...CALL_BUCKETS],
    registers: [registry],
  })
  collectDefaultMetrics({ register: registry })
  return {
    contentType: registry.contentType,
    render: async () => {
      const snapshot = await look()
      for (const write of writers) write(snapshot)
      return registry.metrics()
    },
    onReplay: ({ outcome, seconds }) => replays.observe({ outcome }, seconds),
    onCall: ({ method, outcome, seconds }) => calls.observe({ method, outcome }, seconds),
  }
}

/** Puts what a row reads in the place of what it read the last time. */
function createWriter(row: MetricRow, registry: Registry): (snapshot: MetricsSnapshot) => void {
  const { name, help, kind, labels = [] } = row
  const options = { name, help, labelNames: [...labels], registers: [registry] }
  const metric = kind === 'gauge' ? new Gauge(options) : new Counter(options)
  return (snapshot) => {
    const read = row.read(snapshot)
    const samples = typeof read === 'number' ? [{ value: read }] : (read ?? [])
    metric.reset()
    if (samples.length === 0 && labels.length === 0) metric.remove()
    for (const sample of samples) metric.inc({ ...sample.labels }, sample.value)
  }
}
