/**
 * The node's memory: LevelDB under one table of keys, one atomic synced write a block, the state now and at recent
 * heights.
 *
 * Readers are made over a store; everything that changes it goes into a batch, which the committer writes whole or not
 * at all.
 *
 * @example
 * import { genesisHash, testnet } from '@poai/core'
 * import { applyState, createStateStore, makeCanonical, openDatabase, putBlock, putReceipts } from '@poai/storage'
 *
 * const database = await openDatabase('./data', { genesisHash: genesisHash(testnet) })
 * const batch = database.committer.begin()
 * const hash = putBlock(batch, codecs, { header, body, context })
 * putReceipts(batch, hash, receipts)
 * applyState(batch, header.number, outcome)
 * makeCanonical(batch, { header, body })
 * await database.committer.commit(batch, { sync: true })
 * createStateStore(database.store).head.account(header.beneficiary)
 */

export {
  type AccountIndexReader,
  type Creation,
  createAccountIndexReader,
  type TouchedPlace,
  type TouchedQuestion,
  type TransactionPlace,
} from './account-index/read-index.ts'
export {
  canonicalHashIn,
  dropAccountIndex,
  INDEX_FORMAT,
  type IndexedBlock,
  type IndexProgress,
  pruneIndexJournal,
  putIndexedBlock,
  putIndexProgress,
  ROLES,
  readIndexProgress,
  type TouchedAccount,
  undoIndexedBlock,
} from './account-index/write-index.ts'
export { badBlockRule, forgetBadBlocks, MAX_BAD_BLOCKS, putBadBlock } from './blocks/bad-blocks.ts'
export {
  type BlockStore,
  blocksAtHeight,
  childrenOf,
  createBlockStore,
  MAX_SIBLINGS,
  type TransactionLocation,
} from './blocks/block-store.ts'
export { type ChainHead, readHead } from './blocks/chain-head.ts'
export { dropFinalBlock, readFinalBlock, writeFinalBlock } from './blocks/final-block.ts'
export {
  BAD_BLOCK_SHELVES,
  type KeptBadBlock,
  keepBadBlock,
  keptBadBlocks,
  type Shelf,
  type ShelfLimits,
} from './blocks/kept-bad-blocks.ts'
export { listSideBlocks, type StoredSideBlock } from './blocks/list-side-blocks.ts'
export {
  deleteBlock,
  type ForgettableBlock,
  makeCanonical,
  putBlock,
  putReceipts,
  type StoredBlock,
  unmakeCanonical,
} from './blocks/write-blocks.ts'
export type { ChainFileLabel } from './chain-file/chain-file-format.ts'
export { type ReadChainFileOptions, readChainFile, readChainFileLabel } from './chain-file/read-chain-file.ts'
export { type WriteChainFileOptions, writeChainFile } from './chain-file/write-chain-file.ts'
export {
  type CheckOptions,
  type CheckProgress,
  type CheckReport,
  checkDatabase,
  MAX_FAULTS,
} from './check/check-database.ts'
export type { DatabaseFault, FaultKind } from './check/fault.ts'
export {
  type CompactionProgress,
  compactTables,
  countTables,
  measureTables,
  type TableCount,
  type TableSize,
} from './check/measure-tables.ts'
export type { Migration } from './database/migrate.ts'
export { type Database, type DatabaseOptions, openDatabase } from './database/open-database.ts'
export { readGenesisHash } from './database/read-genesis-hash.ts'
export { type CacheName, LAYOUT_VERSION, TABLES, type Table, type TableName } from './layout.ts'
export {
  deletePeer,
  getMeta,
  loadMempool,
  loadPeers,
  MAX_MEMPOOL_SNAPSHOT,
  MAX_PEERS,
  putMeta,
  saveMempool,
  savePeer,
} from './notes.ts'
export { type Horizons, readHorizons } from './prune/horizons.ts'
export { type PruneDependencies, type PruneOptions, prune } from './prune/prune.ts'
export {
  PRUNE_COMMIT_BLOCKS,
  type PruneDatabaseOptions,
  type PruneProgress,
  pruneDatabase,
} from './prune/prune-database.ts'
export { RETENTIONS, type Retention } from './prune/retention.ts'
export { applyState } from './state/apply-state.ts'
export { rollbackState } from './state/rollback-state.ts'
export type { Account, StateCommit, StateReader, TrieNodeReader, TrieOwner } from './state/state-changes.ts'
export { createStateReader, createTrieNodeReader } from './state/state-readers.ts'
export { createStateStore, type StateStore, type StateView } from './state/state-store.ts'
export { StorageError, type StorageErrorCode } from './storage-error.ts'
export type { CacheFigures } from './store/byte-cache.ts'
export { type CachedStore, type CacheSizes, createCachedStore, DEFAULT_CACHE_SIZES } from './store/cached-store.ts'
export { COMMIT_MARKS, type Committer, createCommitter } from './store/committer.ts'
export { createMemoryStore } from './store/memory-store.ts'
export type { Store, StoreSnapshot, SyncReader } from './store/store.ts'
export type { WriteBatch } from './store/write-batch.ts'
