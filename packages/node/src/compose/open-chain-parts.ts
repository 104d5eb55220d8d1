import {
  type Chain,
  createPairingThread,
  createStoredChain,
  createStoredMempool,
  createThreadedRecovery,
  openChain,
} from '@poai/chain'
import type { WorkVerifier } from '@poai/consensus'
import {
  type BlockCodecs,
  type Clock,
  createBlockCodecs,
  createTransactionCodec,
  genesisHash,
  type Logger,
  type NetworkParams,
  type NetworkTrust,
} from '@poai/core'
import { createExecution, type Execution, type SenderRecovery, type TrieNodeReader } from '@poai/execution'
import { type Database, DEFAULT_CACHE_SIZES, openDatabase, RETENTIONS } from '@poai/storage'
import { type ImportFigures, watchChain } from '../chain/watch-chain.ts'
import type { NodeConfig } from '../config/node-config.ts'
import { type DataPlaces, prepareDataDirectory, rememberNetwork } from '../data-directory.ts'
import type { ServiceStack } from '../lifecycle/service-stack.ts'
import { createBlockSpans } from '../log/block-spans.ts'

/** The chain of a node and what reads it. */
export interface ChainParts {
  readonly database: Database
  readonly codecs: BlockCodecs
  readonly execution: Execution
  readonly recovery: SenderRecovery
  readonly chain: Chain
  /** The tries of the newest state. */
  readonly trieNodes: TrieNodeReader
  importFigures(): ImportFigures
}

export interface ChainPartsOptions {
  readonly params: NetworkParams
  readonly trust: NetworkTrust
  readonly places: DataPlaces
  readonly config: Pick<NodeConfig, 'storage' | 'mempool'>
}

/** What the chain of a node needs, and nothing more. */
export interface ChainPartsDependencies {
  readonly verifier: WorkVerifier
  readonly services: ServiceStack
  readonly clock: Clock
  readonly logger: Logger
  /** The directory is this process's alone now. */
  onLocked(): void
  onFatal(error: unknown): void
}

const MEBIBYTE: number = 1024 * 1024
/** Threads that recover senders: beside the workers of the engine, which have most to do. */
const RECOVERY_THREADS = 1
/**
 * LevelDB's part of the memory for caches; the rest is shared by the caches of decoded tables in their default
 * proportions.
 */
const LEVEL_SHARE = 0.4

/** Takes the data directory, opens its chain, and starts what belongs to it. */
export async function openChainParts(
  { params, trust, places, config }: ChainPartsOptions,
  dependencies: ChainPartsDependencies,
): Promise<ChainParts> {
  const { verifier, services, clock, logger } = dependencies
  const { maxTransactions, maxPerAccount, maxMb, minTip } = config.mempool
  await prepareDataDirectory(places)
  const database = await openDatabase(places.chain, {
    genesisHash: genesisHash(params),
    ...cacheSizes(config.storage.cacheMb),
    logger,
  })
  services.push('database', () => database.close())
  dependencies.onLocked()
  await rememberNetwork(places, params)
  const { store, committer } = database
  const codecs = createBlockCodecs(createTransactionCodec(params.chainId))
  const spans = createBlockSpans({ codecs, clock, logger })
  const pairing = createPairingThread()
  services.push('pairing thread', () => pairing.stop())
  const execution = spans.ofExecution(createExecution(params, { pairing: pairing.compute }))
  const recovery = createThreadedRecovery({ threads: RECOVERY_THREADS })
  services.push('signature threads', () => recovery.stop())
  const stored = createStoredChain({ store, committer, codecs, retention: RETENTIONS[config.storage.keep] })
  const bare = await openChain(
    {
      ...{ params, checkpoints: trust.checkpoints },
      mempool: { maxTransactions, maxPerAccount, maxBytes: maxMb * MEBIBYTE, minTip: BigInt(minTip) },
    },
    {
      ...{ codecs, execution, recovery, clock, logger },
      decoder: recovery.decoderOf(codecs.transaction),
      verifier: spans.ofVerifier(verifier),
      database: stored,
      mempoolStore: createStoredMempool(store, committer),
    },
  )
  const { chain, figures } = watchChain(spans.ofChain(bare), dependencies.onFatal)
  await services.start('chain', chain)
  return { database, codecs, execution, recovery, chain, trieNodes: stored.nodes, importFigures: figures }
}

function cacheSizes(cacheMb: number): Pick<Parameters<typeof openDatabase>[1], 'caches' | 'levelCacheBytes'> {
  const bytes = cacheMb * MEBIBYTE
  const levelCacheBytes = Math.round(bytes * LEVEL_SHARE)
  const total = Object.values(DEFAULT_CACHE_SIZES).reduce((sum, size) => sum + size, 0)
  const scaled = (size: number): number => Math.floor((size / total) * (bytes - levelCacheBytes))
  const { blocks, state, tries, code } = DEFAULT_CACHE_SIZES
  return {
    levelCacheBytes,
    caches: { blocks: scaled(blocks), state: scaled(state), tries: scaled(tries), code: scaled(code) },
  }
}
