import { WORK_VERDICTS } from '@poai/miner'
import { GOODBYE_REASONS, OFFENCES } from '@poai/p2p'
import type { NodeStateName } from '../status/node-status.ts'
import type { MetricsSnapshot } from './metrics-snapshot.ts'

/** One value of a metric. */
export interface Sample {
  readonly labels?: Readonly<Record<string, string>>
  readonly value: number
}

/** A metric that is read when somebody asks, from what the parts of the node know anyway. */
export interface MetricRow {
  /** Ends in the unit. */
  readonly name: string
  /** `counter`: only grows until the node is started again. */
  readonly kind: 'gauge' | 'counter'
  readonly help: string
  readonly labels?: readonly string[]
  read(snapshot: MetricsSnapshot): readonly Sample[] | number | undefined
}

const STATES: readonly NodeStateName[] = [
  'opening',
  'loading',
  'self-test',
  'joining',
  'no-peers',
  'syncing',
  'mining',
  'following',
  'abstaining',
  'stopping',
  'stopped',
]
const WEI = 1e18

/** A sample for each member of an object of counts. */
function byLabel(label: string, counts: Readonly<Record<string, number | undefined>> | undefined): readonly Sample[] {
  return Object.entries(counts ?? {}).map(([name, value = 0]) => ({ labels: { [label]: name }, value }))
}

/** What did not happen yet, so that the first time shows as a change. */
function zeros(names: readonly string[]): Readonly<Record<string, number>> {
  return Object.fromEntries(names.map((name) => [name, 0]))
}

const NODE: readonly MetricRow[] = [
  {
    name: 'poai_node_info',
    kind: 'gauge',
    help: '1, with what this node is in its labels',
    labels: ['version', 'network', 'role', 'model', 'domain'],
    read: ({ status: { version, network, role, model } }) => [
      { labels: { version, network: network.name, role, model: model.name, domain: model.domain }, value: 1 },
    ],
  },
  {
    name: 'poai_node_state',
    kind: 'gauge',
    help: '1 for what the node does, 0 for what it does not',
    labels: ['state'],
    read: ({ status }) => STATES.map((state) => ({ labels: { state }, value: state === status.state.name ? 1 : 0 })),
  },
  {
    name: 'poai_node_uptime_seconds',
    kind: 'gauge',
    help: 'Since the start',
    read: ({ status }) => status.uptimeSeconds,
  },
  {
    name: 'poai_node_memory_bytes',
    kind: 'gauge',
    help: 'Resident memory of the node with its engine workers',
    read: ({ status }) => status.memoryBytes,
  },
  {
    name: 'poai_node_event_loop_delay_seconds',
    kind: 'gauge',
    help: 'How late the event loop was in the last ten seconds',
    labels: ['statistic'],
    read: ({ loop }) => byLabel('statistic', { mean: loop.mean, p99: loop.p99, max: loop.max }),
  },
]

const CHAIN: readonly MetricRow[] = [
  {
    name: 'poai_chain_head_number',
    kind: 'gauge',
    help: 'Height of the canonical head',
    read: ({ status }) => Number(status.head.number),
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

const WORK: readonly MetricRow[] = [
  {
    name: 'poai_replays_total',
    kind: 'counter',
    help: 'Blocks whose work was computed again, by the outcome',
    labels: ['outcome'],
    read: ({ status: { replays } }) =>
      byLabel('outcome', {
        valid: replays.total - replays.failed,
        failed: replays.failed,
        undecided: replays.undecided,
      }),
  },
  {
    name: 'poai_engine_workers',
    kind: 'gauge',
    help: 'Worker processes of the engine, by what they do',
    labels: ['state'],
    read: ({ status: { engine } }) => {
      const counts = { starting: 0, idle: 0, busy: 0, waiting: 0, retired: 0 }
      for (const { state } of engine?.workers ?? []) counts[state]++
      return byLabel('state', counts)
    },
  },
  {
    name: 'poai_engine_queued_requests',
    kind: 'gauge',
    help: 'Evaluations that wait for a worker',
    labels: ['priority'],
    read: ({ status: { engine } }) => byLabel('priority', { ...(engine?.queued ?? { verify: 0, mine: 0 }) }),
  },
  {
    name: 'poai_engine_evaluations_total',
    kind: 'counter',
    help: 'Evaluations that were answered',
    read: ({ status }) => status.engine?.evaluations ?? 0,
  },
  {
    name: 'poai_engine_crashes_total',
    kind: 'counter',
    help: 'Workers that died without being asked to',
    read: ({ status }) => status.engine?.crashes ?? 0,
  },
  {
    name: 'poai_mining_attempts_total',
    kind: 'counter',
    help: 'Attempts at blocks, by what became of them',
    labels: ['outcome'],
    read: ({ status: { miner } }) =>
      byLabel('outcome', {
        finished: (miner?.attempts ?? 0) - (miner?.voidAttempts ?? 0),
        void: miner?.voidAttempts ?? 0,
        stale: miner?.staleAttempts ?? 0,
      }),
  },
  {
    name: 'poai_mining_rate_attempts_per_second',
    kind: 'gauge',
    help: 'Attempts of this node lately',
    read: ({ status }) => status.miner?.attemptsPerSecond ?? 0,
  },
  {
    name: 'poai_mining_rate_tokens_per_second',
    kind: 'gauge',
    help: 'Tokens of attempts of this node lately',
    read: ({ status }) => status.miner?.tokensPerSecond ?? 0,
  },
  {
    name: 'poai_mining_expected_block_seconds',
    kind: 'gauge',
    help: 'Time in which this node finds a block on average, at the present rate and difficulty; absent while it has none',
    read: ({ status }) => status.miner?.expectedSecondsToBlock,
  },
  {
    name: 'poai_mining_effort_ratio',
    kind: 'gauge',
    help: 'Attempts since the last block found, of those that it should take',
    read: ({ status }) => (status.miner?.effortPercent ?? 0) / 100,
  },
  {
    name: 'poai_mining_blocks_total',
    kind: 'counter',
    help: 'Blocks found by this node, by what became of them',
    labels: ['fate'],
    read: ({ status: { miner } }) =>
      byLabel('fate', {
        accepted: miner?.blocksAccepted ?? 0,
        lost: miner?.blocksLost ?? 0,
        invalid: miner?.blocksInvalid ?? 0,
      }),
  },
  {
    name: 'poai_mining_rewards_coins',
    kind: 'gauge',
    help: 'What the blocks found since the start pay that are in the chain now',
    read: ({ status }) => Number(status.miner?.rewardsWei ?? 0n) / WEI,
  },
  {
    name: 'poai_farm_workers',
    kind: 'gauge',
    help: 'Miners on other machines that this node gave work in the last minute',
    read: ({ status }) => status.farm?.workers.length ?? 0,
  },
  {
    name: 'poai_farm_rate_attempts_per_second',
    kind: 'gauge',
    help: 'Attempts of those miners, as they say',
    read: ({ status }) => status.farm?.attemptsPerSecond ?? 0,
  },
  {
    name: 'poai_farm_answers_total',
    kind: 'counter',
    help: 'Solutions that those miners brought, by the verdict',
    labels: ['verdict'],
    read: ({ status }) => byLabel('verdict', { ...zeros(WORK_VERDICTS), ...status.farm?.verdicts }),
  },
]

const PEERS: readonly MetricRow[] = [
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

const STORAGE: readonly MetricRow[] = [
  {
    name: 'poai_storage_size_bytes',
    kind: 'gauge',
    help: 'Size of the database files, as LevelDB estimates it',
    read: ({ databaseBytes }) => databaseBytes,
  },
  {
    name: 'poai_storage_cache_reads_total',
    kind: 'counter',
    help: 'Reads through the caches of the database, by the cache and by whether it knew',
    labels: ['cache', 'result'],
    read: ({ caches }) =>
      caches.flatMap(({ name, hits, misses }) => [
        { labels: { cache: name, result: 'hit' }, value: hits },
        { labels: { cache: name, result: 'miss' }, value: misses },
      ]),
  },
  {
    name: 'poai_storage_cache_size_bytes',
    kind: 'gauge',
    help: 'What the caches hold',
    labels: ['cache'],
    read: ({ caches }) => caches.map(({ name, sizeBytes }) => ({ labels: { cache: name }, value: sizeBytes })),
  },
]

/** Every metric that is read when somebody asks. Times are measured as they pass: see `createNodeMetrics`. */
export const METRIC_TABLE: readonly MetricRow[] = [...NODE, ...CHAIN, ...WORK, ...PEERS, ...STORAGE]
