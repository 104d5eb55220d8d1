import {
  type Chain,
  createPairingThread,
  createStoredChain,
  createStoredMempool,
  createThreadedRecovery,
  openChain,
} from '@poai/chain'
import type { WorkVerifier } from '@poai/consensus'
import { type BlockCodecs, createBlockCodecs, createTransactionCodec, genesisHash } from '@poai/core'
import {
  type AnswerSource,
  createExecution,
  type Execution,
  type SenderRecovery,
  type TrieNodeReader,
} from '@poai/execution'
import { excusingVerifier, type ReplayPolicy } from '@poai/p2p'
import { type Database, DEFAULT_CACHE_SIZES, openDatabase, RETENTIONS } from '@poai/storage'
import { prepareDataDirectory, rememberNetwork } from '../data-directory.ts'
import type { Ground } from '../ground.ts'
import type { Services } from '../lifecycle/service-stack.ts'
import { logStageSpans } from './stage-spans.ts'
import { type ImportFigures, watchImports } from './watch-imports.ts'

/** The chain of a node, and what reads it. */
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

/** What the chain of a node needs besides the ground. */
export interface ChainPartsDependencies {
  /** Replays whatever it is asked. */
  readonly verifier: WorkVerifier
  /** What models say to the contracts of blocks that are built here. */
  readonly answers: AnswerSource
  /** Excuses blocks of the past from being replayed. */
  readonly replayPolicy: ReplayPolicy
  readonly services: Services
}

const MEBIBYTE: number = 1024 * 1024
/** Threads that recover senders. The workers of the engine need the other cores more. */
const RECOVERY_THREADS = 1
/**
 * LevelDB's share of the memory for caches. The caches of decoded tables divide the rest in their default
 * proportions.
 */
const LEVEL_SHARE = 0.4

/** Locks the data directory, opens its chain, and starts the services that belong to it. */
export async function openChainParts(
  ground: Ground,
  { verifier, replayPolicy, answers, services }: ChainPartsDependencies,
): Promise<ChainParts> {
  const { params, trust, places, config, clock, logger } = ground
  const { maxTransactions, maxPerAccount, maxMb, minTip } = config.mempool
  await prepareDataDirectory(places)
  const database = await openDatabase(places.chain, {
    genesisHash: genesisHash(params),
    ...cacheSizes(config.storage.cacheMb),
    logger,
  })
  services.push('database', () => database.close())
  ground.openLogFile()
  await rememberNetwork(places, params)
  const { store, committer } = database
  const codecs = createBlockCodecs(createTransactionCodec(params.chainId))
  const pairing = createPairingThread()
  services.push('pairing thread', () => pairing.stop())
  const execution = createExecution(params, { pairing: pairing.compute })
  const recovery = createThreadedRecovery({ threads: RECOVERY_THREADS })
  services.push('signature threads', () => recovery.stop())
  const stored = createStoredChain({ store, committer, codecs, retention: RETENTIONS[config.storage.keep] })
  const chain = await openChain(
    {
      ...{ params, checkpoints: trust.checkpoints },
      mempool: { maxTransactions, maxPerAccount, maxBytes: maxMb * MEBIBYTE, minTip: BigInt(minTip) },
    },
    {
      ...{ codecs, execution, recovery, answers, clock, logger },
      decoder: recovery.decoderOf(codecs.transaction),
      verifier: excusingVerifier(verifier, replayPolicy),
      database: stored,
      mempoolStore: createStoredMempool(store, committer),
    },
  )
  const importFigures = watchImports(chain, ground.fail)
  logStageSpans(chain, logger)
  await services.start('chain', chain)
  return { database, codecs, execution, recovery, chain, trieNodes: stored.nodes, importFigures }
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
