/**
 * From block template to sealed block by inference: the miner of a node.
 *
 * @example
 * import { createMiner, createSearcher } from '@poai/miner'
 * const searcher = createSearcher(engine, { clock })
 * const miner = createMiner({ params, beneficiary, workers: 2 }, { chain, searcher, clock, logger })
 * miner.onBlock(({ hash, fate }) => logger.info('Found a block', { hash, fate }))
 * await miner.start()
 * miner.status.attemptsPerSecond
 * await miner.stop()
 *
 * @example
 * // A farm: the node gives work to miners on other machines.
 * import { createFarmMiner, createWorkDesk } from '@poai/miner'
 * const desk = createWorkDesk({ params, beneficiary }, { chain, codecs, clock, logger })
 * const worker = createFarmMiner({ params, worker: 'shed-1', workers: 4 }, { client, searcher, codecs, clock, logger })
 */

export { createSearcher, type MiningEngine } from './attempts/create-searcher.ts'
export { createEvaluatingSearcher, type EvaluatingSearcherDependencies } from './attempts/evaluating-searcher.ts'
export type { FarmClient } from './farm/farm-client.ts'
export {
  createFarmMiner,
  type FarmMiner,
  type FarmMinerDependencies,
  type FarmMinerOptions,
} from './farm/farm-miner.ts'
export type { FarmMinerState, FarmMinerStatus } from './farm/farm-miner-status.ts'
export { SOLUTION_DEFAULTS, type SolutionLimits } from './farm/solution-budget.ts'
export { OWN_CLIENT, type WorkClient } from './farm/work-client.ts'
export {
  createWorkDesk,
  type WorkDesk,
  type WorkDeskDependencies,
  type WorkDeskOptions,
  type WorkDeskStatus,
} from './farm/work-desk.ts'
export {
  type RateReport,
  WORK_VERDICTS,
  type WorkAnswer,
  type WorkJob,
  type WorkNetwork,
  type WorkRequest,
  type WorkSolution,
  type WorkVerdict,
} from './farm/work-job.ts'
export {
  parseRateReport,
  parseWorkAnswer,
  parseWorkJob,
  parseWorkRequest,
  parseWorkSolution,
  rateReportToJson,
  workAnswerToJson,
  workJobToJson,
  workRequestToJson,
  workSolutionToJson,
} from './farm/work-json.ts'
export { createWorkService, type WorkService } from './farm/work-service.ts'
export type { FarmWorker } from './farm/worker-registry.ts'
export type { BlockFigures } from './figures/block-score.ts'
export type { AttemptFigures, BestAttempt } from './figures/mining-figures.ts'
export type { BlockFate } from './jobs/block-delivery.ts'
export { createMiner, type MinedBlock, type Miner } from './miner.ts'
export { MinerError, type MinerErrorCode } from './miner-error.ts'
export {
  DEFAULT_MAX_INVALID_BLOCKS,
  DEFAULT_TEMPLATE_AGE_MS,
  type MinerDependencies,
  type MinerOptions,
} from './miner-options.ts'
export type { MinerState, MinerStatus } from './miner-status.ts'
export type { MiningGate } from './mining-gate.ts'
export { createNonceRanges, type NonceRange, type NonceRanges } from './nonce-ranges.ts'
