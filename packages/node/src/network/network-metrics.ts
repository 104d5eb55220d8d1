import { GOODBYE_REASONS, type Network, OFFENCES } from '@poai/p2p'
import { byLabel, type MetricRow, zeros } from '../metrics/metric.ts'

/** What the rows read. There is no network until the node has joined, and never if it takes part in none. */
export interface NetworkSource {
  readonly network: Pick<Network, 'figures' | 'peers' | 'syncStatus'> | undefined
  readonly headNumber: bigint
}

/** Peers, what they send, and catching up with them. */
export const NETWORK_ROWS: readonly MetricRow<NetworkSource>[] = [
  {
    name: 'poai_p2p_peers',
    kind: 'gauge',
    help: 'Connected peers, by who dialled',
    labels: ['direction'],
    read: ({ network }) => {
      const peers = network?.figures().peers
      return byLabel('direction', { in: peers?.inbound ?? 0, out: peers?.outbound ?? 0 })
    },
  },
  {
    name: 'poai_p2p_round_trip_seconds',
    kind: 'gauge',
    help: 'Round-trip time to connected peers: shortest, median and longest',
    labels: ['statistic'],
    read: ({ network }) => {
      const sorted = roundTripsMsOf(network).sort((a, b) => a - b)
      const at = (share: number): number => (sorted[Math.floor((sorted.length - 1) * share)] ?? 0) / 1000
      return sorted.length === 0 ? [] : byLabel('statistic', { min: at(0), median: at(0.5), max: at(1) })
    },
  },
  {
    name: 'poai_p2p_bans',
    kind: 'gauge',
    help: 'Bans in force',
    read: ({ network }) => network?.figures().peers.bans ?? 0,
  },
  {
    name: 'poai_p2p_offences_total',
    kind: 'counter',
    help: 'What peers did wrong',
    labels: ['offence'],
    read: ({ network }) =>
      byLabel('offence', { ...zeros(Object.keys(OFFENCES)), ...network?.figures().peers.offences }),
  },
  {
    name: 'poai_p2p_goodbyes_total',
    kind: 'counter',
    help: 'Connections that were closed, by reason',
    labels: ['reason'],
    read: ({ network }) =>
      byLabel('reason', { ...zeros(Object.keys(GOODBYE_REASONS)), ...network?.figures().peers.goodbyes }),
  },
  {
    name: 'poai_p2p_dials_total',
    kind: 'counter',
    help: 'Attempts to connect, by outcome',
    labels: ['outcome'],
    read: ({ network }) => byLabel('outcome', { succeeded: 0, failed: 0, ...network?.figures().dials }),
  },
  {
    name: 'poai_p2p_gossip_blocks_total',
    kind: 'counter',
    help: 'Messages about blocks: published by this node, and those of peers by verdict; pulled: bodies fetched',
    labels: ['outcome'],
    read: ({ network }) => byLabel('outcome', { ...network?.figures().blocks }),
  },
  {
    name: 'poai_p2p_gossip_transaction_batches_total',
    kind: 'counter',
    help: 'Batches of transactions: those that this node published, and those of peers by verdict',
    labels: ['outcome'],
    read: ({ network }) => {
      const counts = network?.figures().transactions
      return byLabel('outcome', {
        published: counts?.batchesPublished ?? 0,
        accepted: counts?.batchesAccepted ?? 0,
        ignored: counts?.batchesIgnored ?? 0,
        rejected: counts?.batchesRejected ?? 0,
      })
    },
  },
  {
    name: 'poai_p2p_transactions_total',
    kind: 'counter',
    help: 'Transactions sent to peers and taken from them, by gossip or by asking for their pools',
    labels: ['way'],
    read: ({ network }) => {
      const figures = network?.figures()
      return byLabel('way', {
        published: figures?.transactions.transactionsPublished ?? 0,
        received: figures?.transactions.transactionsAdded ?? 0,
        pulled: figures?.transactionsPulled ?? 0,
      })
    },
  },
  {
    name: 'poai_sync_highest_block_number',
    kind: 'gauge',
    help: 'Height of the best chain that peers have proven',
    read: ({ network, headNumber }) => Number(network?.syncStatus().highestBlock ?? headNumber),
  },
  {
    name: 'poai_sync_active',
    kind: 'gauge',
    help: '1 while the node catches up',
    read: ({ network }) => ((network?.syncStatus().state ?? 'idle') === 'idle' ? 0 : 1),
  },
  {
    name: 'poai_sync_rate_blocks_per_second',
    kind: 'gauge',
    help: 'Recent blocks imported while catching up',
    read: ({ network }) => network?.syncStatus().blocksPerSecond ?? 0,
  },
]

/** Of connected peers. */
function roundTripsMsOf(network: NetworkSource['network']): number[] {
  const connected = network?.peers.list().filter(({ peer }) => peer !== undefined) ?? []
  return connected.map(({ roundTripMs }) => roundTripMs).filter((roundTripMs) => roundTripMs !== undefined)
}
