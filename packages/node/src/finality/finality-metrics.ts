import type { MetricRow } from '../metrics/metric.ts'

/** How much of the chain is final, and whether that grows. */
export interface FinalityFigures {
  readonly number: bigint
  readonly isSettled: boolean
}

export const FINALITY_ROWS: readonly MetricRow<FinalityFigures>[] = [
  {
    name: 'poai_chain_final_number',
    kind: 'gauge',
    help: 'Height up to which blocks are final on this node',
    read: ({ number }) => Number(number),
  },
  {
    name: 'poai_chain_settled',
    kind: 'gauge',
    help: '1 while enough peers agree with this node for blocks to become final',
    read: ({ isSettled }) => Number(isSettled),
  },
]
