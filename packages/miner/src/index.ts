/**
 * A node's miner: from block template to sealed block by inference.
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
 * // A farm: the node gives jobs to miners on other machines.
 * import { createFarmMiner, createFarmDesk } from '@poai/miner'
 * const desk = createFarmDesk({ params, beneficiary }, { chain, codecs, clock, logger })
 * const worker = createFarmMiner({ params, worker: 'shed-1', workers: 4 }, { client, searcher, codecs, clock, logger })
 */

export { createSearcher, type MiningEngine } from './attempts/create-searcher.ts'
export { createEvaluatingSearcher, type EvaluatingSearcherDependencies } from './attempts/evaluating-searcher.ts'
export { type DeskClient, OWN_CLIENT } from './farm/desk-client.ts'
export type { FarmClient } from './farm/farm-client.ts'
export {
  createFarmDesk,
  type FarmDesk,
  type FarmDeskDependencies,
  type FarmDeskOptions,
  type FarmDeskStatus,
} from './farm/farm-desk.ts'
export {
  FARM_VERDICTS,
  type FarmAnswer,
  type FarmJob,
  type FarmNetwork,
  type FarmRequest,
  type FarmSolution,
  type FarmVerdict,
  type RateReport,
} from './farm/farm-job.ts'
export {
  farmAnswerToJson,
  farmJobToJson,
  farmRequestToJson,
  farmSolutionToJson,
  parseFarmAnswer,
  parseFarmJob,
  parseFarmRequest,
  parseFarmSolution,
  parseRateReport,
  rateReportToJson,
} from './farm/farm-json.ts'
export {
  createFarmMiner,
  type FarmMiner,
  type FarmMinerDependencies,
  type FarmMinerOptions,
} from './farm/farm-miner.ts'
export type { FarmMinerState, FarmMinerStatus } from './farm/farm-miner-status.ts'
export { createFarmService, type FarmService } from './farm/farm-service.ts'
export { SOLUTION_DEFAULTS, type SolutionLimits } from './farm/solution-budget.ts'
export type { FarmWorker } from './farm/worker-registry.ts'
export type { BlockFigures } from './figures/block-score.ts'
export type { AttemptFigures, BestAttempt } from './figures/mining-figures.ts'
export type { BlockFate } from './jobs/block-delivery.ts'
export { farmMethods } from './methods/farm-methods.ts'
export { farmToJson, minerToJson } from './methods/miner-json.ts'
export { minerMethods } from './methods/miner-methods.ts'
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
