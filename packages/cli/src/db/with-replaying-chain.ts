import { type Chain, createStoredChain, createStoredMempool, createThreadedRecovery, openChain } from '@poai/chain'
import { createReplayVerifier, type ExamEvaluator } from '@poai/consensus'
import { type BlockCodecs, createBlockCodecs, createTransactionCodec, genesisHash, type Logger } from '@poai/core'
import { createExecution } from '@poai/execution'
import { systemClock } from '@poai/node'
import { openDatabase, type Retention } from '@poai/storage'
import type { DataDirectory } from '../data-directory.ts'

/** How many threads recover senders: few, since the workers of the engine have most to do. */
const RECOVERY_THREADS = 1

/** What a replaying chain needs. */
export interface ReplayingChainDependencies {
  /** Replays the work of every block. */
  readonly evaluator: ExamEvaluator
  readonly retention: Retention
  readonly logger: Logger
}

/**
 * Opens or creates the chain of a data directory, like a node without peers and miner, and closes it whatever happens.
 */
export async function withReplayingChain<T>(
  { chain: directory, params }: DataDirectory,
  { evaluator, retention, logger }: ReplayingChainDependencies,
  work: (chain: Chain, codecs: BlockCodecs) => Promise<T>,
): Promise<T> {
  const codecs = createBlockCodecs(createTransactionCodec(params.chainId))
  const recovery = createThreadedRecovery({ threads: RECOVERY_THREADS })
  const { store, committer, close } = await openDatabase(directory, { genesisHash: genesisHash(params), logger })
  try {
    const chain = await openChain(
      { params },
      {
        codecs,
        database: createStoredChain({ store, committer, codecs, retention }),
        mempoolStore: createStoredMempool(store, committer),
        verifier: createReplayVerifier(params, { evaluator, logger }),
        execution: createExecution(params),
        recovery,
        clock: systemClock,
        logger,
      },
    )
    try {
      await chain.start()
      return await work(chain, codecs)
    } finally {
      await chain.stop()
    }
  } finally {
    await recovery.stop()
    await close()
  }
}
