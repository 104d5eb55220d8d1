/**
 * From block template to sealed block by inference: the miner of a node.
 *
 * @example
 * import { createMiner } from '@poai/miner'
 * const miner = createMiner({ params, beneficiary, workers: 2 }, { chain, engine, clock, logger })
 * miner.onBlock(({ hash, fate }) => logger.info('Found a block', { hash, fate }))
 * await miner.start()
 * miner.status.attemptsPerSecond
 * await miner.stop()
 */

export type { AttemptReport, PumpJob } from './attempts/attempt-pump.ts'
export type { AttemptFigures, BestAttempt, MeasuredJob } from './figures/mining-figures.ts'
export type { BlockFate } from './jobs/block-delivery.ts'
export type { MiningJob } from './jobs/mining-job.ts'
export {
  createMiner,
  DEFAULT_MAX_INVALID_BLOCKS,
  DEFAULT_TEMPLATE_AGE_MS,
  type MinedBlock,
  type Miner,
  type MinerDependencies,
  type MinerOptions,
} from './miner.ts'
export type { MinerState, MinerStatus } from './miner-status.ts'
export type { MiningGate } from './mining-gate.ts'
export { createNonceRanges, type NonceRange, type NonceRanges } from './nonce-ranges.ts'
