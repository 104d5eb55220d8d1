/**
 * The chain as a node has it: one pipeline by which blocks come in, the canonical head and its reorganisations, the
 * transactions that wait for a block, templates for miners, and queries.
 *
 * @example
 * import { openChain } from '@poai/chain'
 * const parts = { codecs, database, mempoolStore, verifier, execution, recovery, clock, logger }
 * const chain = await openChain({ params }, parts)
 * await chain.start()
 * chain.onHead(({ head }) => logger.info('New head', { number: head.number }))
 * await chain.importEncoded(bytes, { source: peerId }) // rejects with a RuleError if the block is invalid
 * await chain.mempool.add(transaction) // rejects with a MempoolError: 'nonce too low', 'txpool is full', …
 */

export {
  ACCOUNT_INDEX_DEFAULTS,
  type AccountIndex,
  type AccountIndexer,
  type AccountIndexerDependencies,
  type AccountIndexLimits,
  createAccountIndexer,
} from './account-index/account-indexer.ts'
export { type Chain, type ChainDependencies, type ChainOptions, openChain } from './chain.ts'
export { ChainError, type ChainErrorCode } from './chain-error.ts'
export type {
  BlockPlace,
  ChainDatabase,
  ChainReader,
  ChainUpdate,
  FinalBlock,
  KeptHeights,
  KeptSideBlock,
  PastState,
  TransactionPlace,
} from './database/chain-database.ts'
export { ensureGenesis } from './database/ensure-genesis.ts'
export { createStoredChain, type StoredChainDependencies } from './database/stored-chain.ts'
export { createStoredMempool } from './database/stored-mempool.ts'
export type { ExecutedBlock, HeadEvent } from './head-event.ts'
export {
  type BlockImporter,
  createBlockImporter,
  type ImporterDependencies,
  type ImporterOptions,
  type ImportOptions,
  type OrphanRejection,
} from './import/block-importer.ts'
export { IMPORT_DEFAULTS, type ImportLimits } from './import/import-limits.ts'
export type { ImportOutcome } from './import/import-outcome.ts'
export type { FinishedStage } from './import/import-stages.ts'
export { ORPHAN_DEFAULTS, type OrphanLimits } from './import/orphan-pool.ts'
export { SIDE_BLOCK_OVERHEAD_BYTES, SIDE_DEFAULTS, type SideLimits } from './import/side-blocks.ts'
export type { ImportPriority } from './import/task-queue.ts'
export type {
  AddOutcome,
  Mempool,
  MempoolDependencies,
  MempoolHeadChange,
  MempoolOptions,
  MempoolView,
  OfferReport,
} from './mempool/mempool.ts'
export { createMempool } from './mempool/mempool.ts'
export { MEMPOOL_REFUSALS, MempoolError, type MempoolErrorCode } from './mempool/mempool-error.ts'
export type { RemovalReason, RemovedTransaction } from './mempool/mempool-events.ts'
export { MEMPOOL_DEFAULTS, type MempoolLimits, REPLACEMENT_PERCENT } from './mempool/mempool-options.ts'
export type { MempoolStore } from './mempool/mempool-snapshot.ts'
export type { AccountContent, PoolSize } from './mempool/pool-content.ts'
export { effectiveTip, maxCost, type PooledTransaction } from './mempool/pooled-transaction.ts'
export { createPriceOrder, type PriceOrder } from './mempool/price-order.ts'
export type { MempoolHead } from './mempool/validate-pooling.ts'
export { CostMeter } from './pace/cost-meter.ts'
export { createPace, type Pace, type PaceOptions, TURN_MS } from './pace/pace.ts'
export { createPairingThread, type PairingThread } from './pairing/pairing-thread.ts'
export { BoundedCache } from './readers/bounded-cache.ts'
export type { BlockTag, ChainQueries, FoundTransaction } from './readers/chain-queries.ts'
export { type LogSearch, MAX_FOUND_LOGS } from './readers/find-logs.ts'
export { MAX_LOG_SEARCH_BLOCKS } from './readers/log-index.ts'
export { bloomSearch, type FoundLog, type LogFilter, logMatches, logsOfReceipts } from './readers/match-logs.ts'
export { RecentHashes } from './recent-hashes.ts'
export { createCachedRecovery, MAX_CACHED_SENDERS } from './recovery/cached-recovery.ts'
export { inlineRecovery } from './recovery/inline-recovery.ts'
export {
  createThreadedRecovery,
  type ThreadedRecovery,
  type ThreadedRecoveryOptions,
} from './recovery/threaded-recovery.ts'
export { createInlineDecoder, type TransactionDecoder } from './recovery/transaction-decoder.ts'
export { type BlockTemplate, nextGasLimit, sealBlock, type TemplateRequest } from './template/block-template.ts'
export { DEFAULT_REFRESH_MS, type StaleReason, type TemplateSource } from './template/template-source.ts'
