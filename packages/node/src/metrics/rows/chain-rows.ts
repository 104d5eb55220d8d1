import { byLabel, type MetricRow } from '../metric-row.ts'

/** The chain, and what waits to get into it. */
export const CHAIN_ROWS: readonly MetricRow[] = [
  {
    name: 'poai_chain_head_number',
    kind: 'gauge',
    help: 'Height of the canonical head',
    read: ({ status }) => Number(status.head.number),
  },
  {
    name: 'poai_chain_final_number',
    kind: 'gauge',
    help: 'Height up to which blocks never change again here',
    read: ({ status }) => Number(status.finality.number),
  },
  {
    name: 'poai_chain_settled',
    kind: 'gauge',
    help: '1 while enough peers agree with this node, so that blocks become final',
    read: ({ status }) => Number(status.finality.isSettled),
  },
  {
    name: 'poai_chain_head_timestamp_seconds',
    kind: 'gauge',
    help: 'Unix time that the head says of itself',
    read: ({ status }) => Number(status.head.timestamp),
  },
  {
    name: 'poai_chain_difficulty_attempts',
    kind: 'gauge',
    help: 'Attempts that a block like the head takes on average',
    read: ({ status }) => Number(status.head.difficulty),
  },
  {
    name: 'poai_chain_total_work_attempts',
    kind: 'gauge',
    help: 'Work of the canonical chain',
    read: ({ status }) => Number(status.head.totalWork),
  },
  {
    name: 'poai_chain_imports_total',
    kind: 'counter',
    help: 'Blocks that came in, by what became of them',
    labels: ['outcome'],
    read: ({ status: { imports } }) =>
      byLabel('outcome', {
        ...imports.outcomes,
        invalid: Object.values(imports.invalid).reduce((sum, count) => sum + count, 0),
        undecided: imports.undecided,
      }),
  },
  {
    name: 'poai_chain_invalid_blocks_total',
    kind: 'counter',
    help: 'Blocks that broke a rule, by the rule',
    labels: ['rule'],
    read: ({ status }) => byLabel('rule', status.imports.invalid),
  },
  {
    name: 'poai_chain_reorganisations_total',
    kind: 'counter',
    help: 'Times that blocks left the canonical chain',
    read: ({ status }) => status.imports.reorganisations.count,
  },
  {
    name: 'poai_chain_deepest_reorganisation_blocks',
    kind: 'gauge',
    help: 'Blocks that left it at one time, at most, since the start',
    read: ({ status }) => status.imports.reorganisations.deepest,
  },
  {
    name: 'poai_mempool_transactions',
    kind: 'gauge',
    help: 'Transactions that wait: pending ones could be in the next block, queued ones wait for others',
    labels: ['state'],
    read: ({ status: { mempool } }) => byLabel('state', { pending: mempool.pending, queued: mempool.queued }),
  },
  {
    name: 'poai_mempool_size_bytes',
    kind: 'gauge',
    help: 'Encoded size of the transactions that wait',
    read: ({ status }) => status.mempool.bytes,
  },
]
