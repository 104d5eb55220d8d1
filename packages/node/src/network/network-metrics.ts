import { GOODBYE_REASONS, type Network, type NetworkFigures, OFFENCES, type SyncStatus } from '@poai/p2p'
import { byLabel, type MetricRow, zeros } from '../metrics/metric.ts'

/** What the rows read. All but the height is missing until the node has joined its network. */
export interface NetworkSource {
  readonly figures: NetworkFigures | undefined
  readonly sync: SyncStatus | undefined
  /** Round trips to connected peers. */
  readonly roundTripsMs: readonly number[]
  readonly headNumber: bigint
}

/** The network now; undefined if the node has not joined one, or takes part in none. */
export function lookAtNetwork(
  network: Pick<Network, 'figures' | 'peers' | 'syncStatus'> | undefined,
  headNumber: bigint,
): NetworkSource {
  const connected = network?.peers.list().filter(({ peer }) => peer !== undefined) ?? []
  return {
    figures: network?.figures(),
    sync: network?.syncStatus(),
    roundTripsMs: connected.map(({ roundTripMs }) => roundTripMs).filter((roundTripMs) => roundTripMs !== undefined),
    headNumber,
  }
}

/** Peers, what they send, and catching up with them. */
export const NETWORK_ROWS: readonly MetricRow<NetworkSource>[] = [
  {
    name: 'poai_p2p_peers',
    kind: 'gauge',
    help: 'Connected peers, by who dialled',
    labels: ['direction'],
    read: ({ figures }) => byLabel('direction', { in: figures?.peers.inbound ?? 0, out: figures?.peers.outbound ?? 0 }),
  },
  {
    name: 'poai_p2p_round_trip_seconds',
    kind: 'gauge',
    help: 'Round-trip time to connected peers: shortest, median and longest',
    labels: ['statistic'],
    read: ({ roundTripsMs }) => {
      const sorted = roundTripsMs.toSorted((a, b) => a - b)
      const at = (share: number): number => (sorted[Math.floor((sorted.length - 1) * share)] ?? 0) / 1000
      return sorted.length === 0 ? [] : byLabel('statistic', { min: at(0), median: at(0.5), max: at(1) })
    },
  },
  {
    name: 'poai_p2p_bans',
    kind: 'gauge',
    help: 'Bans in force',
    read: ({ figures }) => figures?.peers.bans ?? 0,
  },
  {
    name: 'poai_p2p_offences_total',
    kind: 'counter',
    help: 'What peers did wrong',
    labels: ['offence'],
    read: ({ figures }) => byLabel('offence', { ...zeros(Object.keys(OFFENCES)), ...figures?.peers.offences }),
  },
  {
    name: 'poai_p2p_goodbyes_total',
    kind: 'counter',
    help: 'Connections that were closed, by reason',
    labels: ['reason'],
    read: ({ figures }) => byLabel('reason', { ...zeros(Object.keys(GOODBYE_REASONS)), ...figures?.peers.goodbyes }),
  },
  {
    name: 'poai_p2p_dials_total',
    kind: 'counter',
    help: 'Attempts to connect, by outcome',
    labels: ['outcome'],
    read: ({ figures }) => byLabel('outcome', { succeeded: 0, failed: 0, ...figures?.dials }),
  },
  {
    name: 'poai_p2p_gossip_blocks_total',
    kind: 'counter',
    help: 'Messages about blocks: published by this node, and those of peers by verdict; pulled: bodies fetched',
    labels: ['outcome'],
    read: ({ figures }) => byLabel('outcome', { ...figures?.blocks }),
  },
  {
    name: 'poai_p2p_gossip_transaction_batches_total',
    kind: 'counter',
    help: 'Batches of transactions: those that this node published, and those of peers by verdict',
    labels: ['outcome'],
    read: ({ figures }) => {
      const counts = figures?.transactions
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
    read: ({ figures }) =>
      byLabel('way', {
        published: figures?.transactions.transactionsPublished ?? 0,
        received: figures?.transactions.transactionsAdded ?? 0,
        pulled: figures?.transactionsPulled ?? 0,
      }),
  },
  {
    name: 'poai_sync_highest_block_number',
    kind: 'gauge',
    help: 'Height of the best chain that peers have proven',
    read: ({ sync, headNumber }) => Number(sync?.highestBlock ?? headNumber),
  },
  {
    name: 'poai_sync_active',
    kind: 'gauge',
    help: '1 while the node catches up',
    read: ({ sync }) => ((sync?.state ?? 'idle') === 'idle' ? 0 : 1),
  },
  {
    name: 'poai_sync_rate_blocks_per_second',
    kind: 'gauge',
    help: 'Recent blocks imported while catching up',
    read: ({ sync }) => sync?.blocksPerSecond ?? 0,
  },
]
