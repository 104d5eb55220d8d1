import type { MetricRow } from '../metrics/metric.ts'

/** What never changes again, and whether it grows. */
export interface FinalityFigures {
  readonly number: bigint
  readonly isSettled: boolean
}

export const FINALITY_ROWS: readonly MetricRow<FinalityFigures>[] = [
  {
    name: 'poai_chain_final_number',
    kind: 'gauge',
    help: 'Height up to which blocks never change again here',
    read: ({ number }) => Number(number),
  },
  {
    name: 'poai_chain_settled',
    kind: 'gauge',
    help: '1 while enough peers agree with this node, so that blocks become final',
    read: ({ isSettled }) => Number(isSettled),
  },
]
