import { FARM_VERDICTS, type FarmDeskStatus, type MinerStatus } from '@poai/miner'
import { byLabel, type MetricRow, zeros } from '../metrics/metric.ts'

/** What is known about attempts: nothing until the miner is up. */
export interface MiningFigures {
  readonly miner: MinerStatus | undefined
  readonly farm: FarmDeskStatus | undefined
}

const WEI = 1e18

/** The attempts and blocks of this node, and those of the miners that it gives jobs. */
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
    help: 'Recent attempts of this node',
    read: ({ miner }) => miner?.attemptsPerSecond ?? 0,
  },
  {
    name: 'poai_mining_rate_tokens_per_second',
    kind: 'gauge',
    help: 'Recent tokens of attempts of this node',
    read: ({ miner }) => miner?.tokensPerSecond ?? 0,
  },
  {
    name: 'poai_mining_expected_block_seconds',
    kind: 'gauge',
    help: 'Average time to a block at the present rate and difficulty; absent without a rate',
    read: ({ miner }) => miner?.expectedSecondsToBlock,
  },
  {
    name: 'poai_mining_effort_ratio',
    kind: 'gauge',
    help: 'Attempts since the last block that was found, as a share of those that it should take',
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
    help: 'Rewards of the blocks found since the start that are in the chain now',
    read: ({ miner }) => Number(miner?.rewardsWei ?? 0n) / WEI,
  },
  {
    name: 'poai_farm_workers',
    kind: 'gauge',
    help: 'Miners on other machines that this node gave jobs in the last minute',
    read: ({ farm }) => farm?.workers.length ?? 0,
  },
  {
    name: 'poai_farm_rate_attempts_per_second',
    kind: 'gauge',
    help: 'Attempts of those miners, by their own account',
    read: ({ farm }) => farm?.attemptsPerSecond ?? 0,
  },
  {
    name: 'poai_farm_answers_total',
    kind: 'counter',
    help: 'Solutions of those miners, by verdict',
    labels: ['verdict'],
    read: ({ farm }) => byLabel('verdict', { ...zeros(FARM_VERDICTS), ...farm?.verdicts }),
  },
]
