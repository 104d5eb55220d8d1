import type { Subscribe } from '@poai/core'
import type { CallReport } from '@poai/rpc'
import type { HistogramRow, Sample } from './metric.ts'

/** In seconds. Most calls read memory; a trace executes blocks. */
const CALL_BUCKETS: readonly number[] = [0.001, 0.005, 0.01, 0.05, 0.1, 0.5, 1, 5, 10, 30]

/** How long JSON-RPC calls took. */
export function callSeconds(onCall: Subscribe<CallReport>): HistogramRow {
  return {
    name: 'poai_rpc_call_seconds',
    kind: 'histogram',
    help: 'How long JSON-RPC calls took, by method and outcome',
    labels: ['method', 'outcome'],
    buckets: CALL_BUCKETS,
    observations: (listener: (sample: Sample) => void) =>
      onCall(({ method, outcome, seconds }) => listener({ labels: { method, outcome }, value: seconds })),
  }
}
