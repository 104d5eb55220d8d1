import {
  type Chain,
  type ChainOptions,
  createStoredChain,
  createStoredMempool,
  inlineRecovery,
  openChain,
} from '@poai/chain'
import { createReplayVerifier, type ExamEvaluator } from '@poai/consensus'
import {
  type BlockCodecs,
  type Clock,
  createBlockCodecs,
  createTransactionCodec,
  type NetworkParams,
  silentLogger,
} from '@poai/core'
import { createExecution } from '@poai/execution'
import { createCommitter, createMemoryStore, RETENTIONS } from '@poai/storage'

/** A started chain over a store in memory. */
export async function openMemoryChain(
  params: NetworkParams,
  { engine, clock }: { readonly engine: ExamEvaluator; readonly clock: Clock },
  options: Partial<ChainOptions> = {},
): Promise<{ readonly chain: Chain; readonly codecs: BlockCodecs }> {
  const codecs = createBlockCodecs(createTransactionCodec(params.chainId))
  const store = createMemoryStore()
  const committer = await createCommitter(store)
  const chain = await openChain(
    { params, ...options },
    {
      codecs,
      database: createStoredChain({ store, committer, codecs, retention: RETENTIONS.full }),
      mempoolStore: createStoredMempool(store, committer),
      verifier: createReplayVerifier(params, { evaluator: engine, logger: silentLogger }),
      execution: createExecution(params),
      recovery: inlineRecovery,
      clock,
      logger: silentLogger,
    },
  )
  await chain.start()
  return { chain, codecs }
}
