import { byLabel, type MetricRow } from '../metrics/metric.ts'
import { type ChainStatus, countInvalid } from './chain-status.ts'

/** The chain, and the transactions that wait to get into it. */
export const CHAIN_ROWS: readonly MetricRow<ChainStatus>[] = [
  {
    name: 'poai_chain_head_number',
    kind: 'gauge',
    help: 'Height of the canonical head',
    read: ({ head }) => Number(head.number),
  },
  {
    name: 'poai_chain_head_timestamp_seconds',
    kind: 'gauge',
    help: 'Unix timestamp of the head',
    read: ({ head }) => Number(head.timestamp),
  },
  {
    name: 'poai_chain_difficulty_attempts',
    kind: 'gauge',
    help: 'Attempts that a block like the head takes on average',
    read: ({ head }) => Number(head.difficulty),
  },
  {
    name: 'poai_chain_total_work_attempts',
    kind: 'gauge',
    help: 'Work of the canonical chain',
    read: ({ head }) => Number(head.totalWork),
  },
  {
    name: 'poai_chain_imports_total',
    kind: 'counter',
    help: 'Blocks that arrived, by what became of them',
    labels: ['outcome'],
    read: ({ imports }) =>
      byLabel('outcome', {
        ...imports.outcomes,
        invalid: countInvalid(imports),
        undecided: imports.undecided,
      }),
  },
  {
    name: 'poai_chain_invalid_blocks_total',
    kind: 'counter',
    help: 'Blocks that broke a rule, by rule',
    labels: ['rule'],
    read: ({ imports }) => byLabel('rule', imports.invalid),
  },
  {
    name: 'poai_chain_reorganisations_total',
    kind: 'counter',
    help: 'How often blocks left the canonical chain',
    read: ({ imports }) => imports.reorganisations.count,
  },
  {
    name: 'poai_chain_deepest_reorganisation_blocks',
    kind: 'gauge',
    help: 'Most blocks that left it at once since the start',
    read: ({ imports }) => imports.reorganisations.deepest,
  },
  {
    name: 'poai_mempool_transactions',
    kind: 'gauge',
    help: 'Waiting transactions: pending ones could be in the next block, queued ones wait for others',
    labels: ['state'],
    read: ({ mempool }) => byLabel('state', { pending: mempool.pending, queued: mempool.queued }),
  },
  {
    name: 'poai_mempool_size_bytes',
    kind: 'gauge',
    help: 'Encoded size of the waiting transactions',
    read: ({ mempool }) => mempool.bytes,
  },
]
