import { GOODBYE_REASONS, OFFENCES } from '@poai/p2p'
import { byLabel, type MetricRow, zeros } from '../metric-row.ts'

/** Peers, what they tell, and catching up with them. */
export const PEER_ROWS: readonly MetricRow[] = [
  {
    name: 'poai_p2p_peers',
    kind: 'gauge',
    help: 'Connected peers, by who dialled',
    labels: ['direction'],
    read: ({ network }) => byLabel('direction', { in: network?.peers.inbound ?? 0, out: network?.peers.outbound ?? 0 }),
  },
  {
    name: 'poai_p2p_round_trip_seconds',
    kind: 'gauge',
    help: 'Round trip to connected peers: the shortest, the middle one and the longest',
    labels: ['statistic'],
    read: ({ roundTripsMs }) => {
      const sorted = [...roundTripsMs].sort((a, b) => a - b)
      const at = (share: number): number => (sorted[Math.floor((sorted.length - 1) * share)] ?? 0) / 1000
      return sorted.length === 0 ? [] : byLabel('statistic', { min: at(0), median: at(0.5), max: at(1) })
    },
  },
  { name: 'poai_p2p_bans', kind: 'gauge', help: 'Bans in force', read: ({ network }) => network?.peers.bans ?? 0 },
  {
    name: 'poai_p2p_offences_total',
    kind: 'counter',
    help: 'What peers did wrong',
    labels: ['offence'],
    read: ({ network }) => byLabel('offence', { ...zeros(Object.keys(OFFENCES)), ...network?.peers.offences }),
  },
  {
    name: 'poai_p2p_goodbyes_total',
    kind: 'counter',
    help: 'Connections that were ended, by the reason',
    labels: ['reason'],
    read: ({ network }) => byLabel('reason', { ...zeros(Object.keys(GOODBYE_REASONS)), ...network?.peers.goodbyes }),
  },
  {
    name: 'poai_p2p_dials_total',
    kind: 'counter',
    help: 'Attempts to connect, by the outcome',
    labels: ['outcome'],
    read: ({ network }) =>
      byLabel('outcome', { succeeded: network?.dials.succeeded ?? 0, failed: network?.dials.failed ?? 0 }),
  },
  {
    name: 'poai_p2p_gossip_blocks_total',
    kind: 'counter',
    help: 'Messages about blocks: published by this node, and those of peers by the verdict; pulled: bodies that were fetched',
    labels: ['outcome'],
    read: ({ network }) => byLabel('outcome', { ...network?.blocks }),
  },
  {
    name: 'poai_p2p_gossip_transaction_batches_total',
    kind: 'counter',
    help: 'Batches of transactions: published by this node, and those of peers by the verdict',
    labels: ['outcome'],
    read: ({ network }) =>
      byLabel('outcome', {
        published: network?.transactions.batchesPublished ?? 0,
        accepted: network?.transactions.batchesAccepted ?? 0,
        ignored: network?.transactions.batchesIgnored ?? 0,
        rejected: network?.transactions.batchesRejected ?? 0,
      }),
  },
  {
    name: 'poai_p2p_transactions_total',
    kind: 'counter',
    help: 'Transactions told to others and taken from them: by gossip, or by asking for their pools',
    labels: ['way'],
    read: ({ network }) =>
      byLabel('way', {
        published: network?.transactions.transactionsPublished ?? 0,
        received: network?.transactions.transactionsAdded ?? 0,
        pulled: network?.transactionsPulled ?? 0,
      }),
  },
  {
    name: 'poai_sync_highest_block_number',
    kind: 'gauge',
    help: 'Height of the best chain that peers could show',
    read: ({ status }) => Number(status.sync?.highestBlock ?? status.head.number),
  },
  {
    name: 'poai_sync_active',
    kind: 'gauge',
    help: '1 while the node catches up',
    read: ({ status }) => (status.sync === undefined || status.sync.state === 'idle' ? 0 : 1),
  },
  {
    name: 'poai_sync_rate_blocks_per_second',
    kind: 'gauge',
    help: 'Blocks imported while catching up, lately',
    read: ({ status }) => status.sync?.blocksPerSecond ?? 0,
  },
]
