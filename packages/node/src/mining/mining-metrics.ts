import { FARM_VERDICTS, type FarmDeskStatus, type MinerStatus } from '@poai/miner'
import { byLabel, type MetricRow, zeros } from '../metrics/metric.ts'

/** What is known of attempts: nothing before the node has joined. */
export interface MiningFigures {
  readonly miner: MinerStatus | undefined
  readonly farm: FarmDeskStatus | undefined
}

const WEI = 1e18

/** This node's attempts and blocks, and those of miners that it gives work to. */
export const MINING_ROWS: readonly MetricRow<MiningFigures>[] = [
  {
    name: 'poai_mining_attempts_total',
    kind: 'counter',
    help: 'Attempts at blocks, by what became of them',
    labels: ['outcome'],
    read: ({ miner }) =>
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
    read: ({ miner }) => miner?.attemptsPerSecond ?? 0,
  },
  {
    name: 'poai_mining_rate_tokens_per_second',
    kind: 'gauge',
    help: 'Tokens of attempts of this node lately',
    read: ({ miner }) => miner?.tokensPerSecond ?? 0,
  },
  {
    name: 'poai_mining_expected_block_seconds',
    kind: 'gauge',
    help: 'Time in which this node finds a block on average, at the present rate and difficulty; absent while it has none',
    read: ({ miner }) => miner?.expectedSecondsToBlock,
  },
  {
    name: 'poai_mining_effort_ratio',
    kind: 'gauge',
    help: 'Attempts since the last block found, of those that it should take',
    read: ({ miner }) => (miner?.effortPercent ?? 0) / 100,
  },
  {
    name: 'poai_mining_blocks_total',
    kind: 'counter',
    help: 'Blocks found by this node, by what became of them',
    labels: ['fate'],
    read: ({ miner }) =>
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
    read: ({ miner }) => Number(miner?.rewardsWei ?? 0n) / WEI,
  },
  {
    name: 'poai_farm_workers',
    kind: 'gauge',
    help: 'Miners on other machines that this node gave work in the last minute',
    read: ({ farm }) => farm?.workers.length ?? 0,
  },
  {
    name: 'poai_farm_rate_attempts_per_second',
    kind: 'gauge',
    help: 'Attempts of those miners, as they say',
    read: ({ farm }) => farm?.attemptsPerSecond ?? 0,
  },
  {
    name: 'poai_farm_answers_total',
    kind: 'counter',
    help: 'Solutions that those miners brought, by the verdict',
    labels: ['verdict'],
    read: ({ farm }) => byLabel('verdict', { ...zeros(FARM_VERDICTS), ...farm?.verdicts }),
  },
]
