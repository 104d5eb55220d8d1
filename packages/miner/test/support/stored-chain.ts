import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type Chain, createStoredChain, createStoredMempool, inlineRecovery, openChain } from '@poai/chain'
import { createReplayVerifier, type ExamEvaluator } from '@poai/consensus'
import {
  type BlockCodecs,
  createBlockCodecs,
  createTransactionCodec,
  genesisHash,
  type NetworkParams,
  silentLogger,
} from '@poai/core'
import { createExecution } from '@poai/execution'
import { type CheckReport, checkDatabase, openDatabase, RETENTIONS } from '@poai/storage'
import { systemClock } from './system-clock.ts'

/** A started chain on LevelDB, in a folder of its own. */
export interface StoredChain {
  readonly chain: Chain
  readonly codecs: BlockCodecs
  check(): Promise<CheckReport>
  close(): Promise<void>
}

/** Opens a chain whose blocks `evaluator` replays. */
export async function openStoredChain(params: NetworkParams, evaluator: ExamEvaluator): Promise<StoredChain> {
  const directory = await mkdtemp(join(tmpdir(), 'poai-miner-'))
  const codecs = createBlockCodecs(createTransactionCodec(params.chainId))
  const database = await openDatabase(directory, { genesisHash: genesisHash(params) })
  const { store, committer } = database
  const chain = await openChain(
    { params },
    {
      codecs,
      database: createStoredChain({ store, committer, codecs, retention: RETENTIONS.full }),
      mempoolStore: createStoredMempool(store, committer),
      verifier: createReplayVerifier(params, { evaluator, logger: silentLogger }),
      execution: createExecution(params),
      recovery: inlineRecovery,
      clock: systemClock,
      logger: silentLogger,
    },
  )
  await chain.start()
  return {
    chain,
    codecs,
    check: () => checkDatabase(store, codecs, { deep: true }),
    close: async () => {
      await chain.stop()
      await database.close()
      await rm(directory, { recursive: true, force: true })
    },
  }
}
