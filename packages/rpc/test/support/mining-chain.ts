import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import {
  type Chain,
  createPairingThread,
  createStoredChain,
  createStoredMempool,
  inlineRecovery,
  openChain,
  sealBlock,
} from '@poai/chain'
import {
  createAttempts,
  createExamBuilder,
  createReplayVerifier,
  examToRequest,
  networkExamOptions,
  type WorkVerifier,
} from '@poai/consensus'
import {
  type BlockCodecs,
  type Clock,
  createBlockCodecs,
  createTransactionCodec,
  genesisHash,
  type NetworkParams,
  silentLogger,
} from '@poai/core'
import { type AnswerSource, createExecution, type Execution, type TrieNodeReader } from '@poai/execution'
import { createFakeEngine, type InferenceEngine } from '@poai/inference'
import { type Committer, createCommitter, createMemoryStore, openDatabase, RETENTIONS, type Store } from '@poai/storage'
import { engineAnswers, testNetwork, testWallet, type Wallet } from '@poai/testing/chain'
import { keptWaitingMs } from './thread-time.ts'

/** A chain on LevelDB that grows when it is told to. */
export interface MiningChain {
  readonly params: NetworkParams
  readonly codecs: BlockCodecs
  readonly chain: Chain
  readonly execution: Execution
  readonly engine: InferenceEngine
  readonly verifier: WorkVerifier
  /** What the engine says to contracts. */
  readonly answers: AnswerSource
  readonly trieNodes: TrieNodeReader
  readonly store: Store
  readonly committer: Committer
  readonly clock: Clock
  /** Mines that many blocks on top of the head, with what waits. */
  mine(blocks?: number): Promise<void>
  /** How long the import of each of them took, less what other programs kept this thread waiting. */
  readonly importMs: readonly number[]
  close(): Promise<void>
}

/** Rewards of mined blocks go here. */
export const MINER: Wallet = testWallet('the miner of the tests')

/** Where a chain keeps what it knows. */
interface Kept {
  readonly store: ReturnType<typeof createMemoryStore>
  readonly committer: Committer
  close(): Promise<void>
}

/** Opens it on disk, with a fake model: its work is checked like any other. */
export async function openMiningChain(params: NetworkParams = testNetwork): Promise<MiningChain> {
  const directory = await mkdtemp(join(tmpdir(), 'poai-rpc-'))
  const { store, committer, close } = await openDatabase(directory, { genesisHash: genesisHash(params) })
  const remove = (): Promise<void> => rm(directory, { recursive: true, force: true })
  return openOver(params, { store, committer, close: () => close().then(remove) })
}

/** The same in memory: for tests of single methods, which then take milliseconds. */
export async function openMemoryChain(params: NetworkParams = testNetwork): Promise<MiningChain> {
  const store = createMemoryStore()
  return openOver(params, { store, committer: await createCommitter(store), close: () => store.close() })
}

async function openOver(params: NetworkParams, { store, committer, close }: Kept): Promise<MiningChain> {
  const engine = createFakeEngine()
  await engine.start()
  const codecs = createBlockCodecs(createTransactionCodec(params.chainId))
  const pairing = createPairingThread()
  const execution = createExecution(params, { pairing: pairing.compute })
  const answers = engineAnswers(engine)
  const verifier = createReplayVerifier(params, { evaluator: engine, logger: silentLogger })
  // Blocks come when a test wants them: the time is that of the head.
  const clock: Clock = {
    nowMs: () => Number(chain.head().timestamp + 1n) * 1000,
    sleep: () => new Promise(() => undefined),
  }
  const database = createStoredChain({ store, committer, codecs, retention: RETENTIONS.archive })
  const chain = await openChain(
    { params },
    {
      ...{ codecs, verifier, execution, clock, answers },
      database,
      mempoolStore: createStoredMempool(store, committer),
      recovery: inlineRecovery,
      logger: silentLogger,
    },
  )
  await chain.start()
  const importMs: number[] = []
  const buildExam = createExamBuilder(networkExamOptions(params))
  const mineOne = async (): Promise<void> => {
    const template = await chain.templates.build({
      beneficiary: MINER.address,
      extraData: new Uint8Array(0),
      nowSeconds: chain.head().timestamp + BigInt(params.difficulty.spacingSeconds),
      gasLimitGoal: chain.head().gasLimit,
    })
    const attempts = createAttempts({ header: template.header, epochKey: template.epochKey, buildExam })
    for (;;) {
      const [attempt] = attempts.take(1)
      if (attempt === undefined) throw new Error('no attempt is left')
      const [evaluation] = await engine.evaluate([examToRequest(attempt.exam)])
      if (evaluation === undefined) throw new Error('no evaluation')
      const finished = attempts.finish(attempt, evaluation)
      if (finished.kind !== 'solved') continue
      const ownMs = (): number => performance.now() - keptWaitingMs()
      const begunMs = ownMs()
      await chain.importBlock(sealBlock(template, finished.seal))
      importMs.push(ownMs() - begunMs)
      return
    }
  }
  return {
    ...{ params, codecs, chain, execution, engine, answers, verifier, clock, store, committer, importMs },
    trieNodes: database.nodes,
    mine: async (blocks = 1) => {
      for (let block = 0; block < blocks; block++) await mineOne()
    },
    close: async () => {
      await chain.stop()
      await close()
      await engine.stop()
      await pairing.stop()
    },
  }
}
