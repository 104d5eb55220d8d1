import {
  type Chain,
  type ChainOptions,
  createStoredChain,
  createStoredMempool,
  inlineRecovery,
  openChain,
} from '@poai/chain'
import { createReplayVerifier, networkExamOptions } from '@poai/consensus'
import {
  type BlockCodecs,
  type Clock,
  createBlockCodecs,
  createTransactionCodec,
  type LogData,
  type Logger,
  type NetworkParams,
  silentLogger,
} from '@poai/core'
import { createExecution } from '@poai/execution'
import { createFakeEngine } from '@poai/inference'
import { createCommitter, createMemoryStore, RETENTIONS } from '@poai/storage'
import { ChainGenerator, testNetwork } from '@poai/testing/chain'
import { onTestFinished } from 'vitest'
import { createMiner, type Miner, type MinerDependencies, type MinerOptions } from '../../src/index.ts'
import { HeldEngine } from './held-engine.ts'
import { ManualClock } from './manual-clock.ts'

/** What was logged. */
export interface LogLine {
  readonly level: 'error' | 'warn' | 'info' | 'debug'
  readonly message: string
  readonly data: LogData | undefined
}

/** A logger that keeps what it is told. */
export function recordingLogger(lines: LogLine[]): Logger {
  const log =
    (level: LogLine['level']) =>
    (message: string, data?: LogData): void =>
      void lines.push({ level, message, data })
  const logger: Logger = {
    error: log('error'),
    warn: log('warn'),
    info: log('info'),
    debug: log('debug'),
    child: () => logger,
  }
  return logger
}

/** A chain in memory with a fake model, and a miner that has not started. */
export interface MiningFixture {
  readonly params: NetworkParams
  readonly codecs: BlockCodecs
  readonly chain: Chain
  readonly clock: ManualClock
  readonly engine: HeldEngine
  readonly log: LogLine[]
  readonly generator: ChainGenerator
  /** Stopped when the test is over. */
  miner(options?: Partial<MinerOptions>, dependencies?: Partial<MinerDependencies>): Miner
}

/** Well after every block that a test grows. */
export const TEST_TIME_MS: number = Number(testNetwork.genesis.timestamp + 2500n) * 1000

/** Opens a started chain; everything ends with the test. */
export async function openMiningFixture(
  params: NetworkParams = testNetwork,
  chainOptions: Partial<ChainOptions> = {},
): Promise<MiningFixture> {
  const fake = createFakeEngine()
  await fake.start()
  const engine = new HeldEngine(fake)
  const clock = new ManualClock(TEST_TIME_MS)
  const log: LogLine[] = []
  const chain = await openMemoryChain(params, { engine, clock }, chainOptions)
  onTestFinished(() => chain.chain.stop())
  return {
    ...chain,
    ...{ params, clock, engine, log },
    generator: new ChainGenerator({ params, evaluator: fake }),
    miner: (options = {}, dependencies = {}) => {
      const miner = createMiner(
        { params, beneficiary: testBeneficiary, workers: 1, ...options },
        { chain: chain.chain, engine, clock, logger: recordingLogger(log), ...dependencies },
      )
      onTestFinished(() => miner.stop())
      return miner
    },
  }
}

const testBeneficiary: MinerOptions['beneficiary'] = testNetwork.genesis.accounts[0]
  ?.address as MinerOptions['beneficiary']

/** A started chain over a store in memory. */
export async function openMemoryChain(
  params: NetworkParams,
  { engine, clock }: { readonly engine: MinerDependencies['engine']; readonly clock: Clock },
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
      verifier: createReplayVerifier(networkExamOptions(params), { evaluator: engine, logger: silentLogger }),
      execution: createExecution(params),
      recovery: inlineRecovery,
      clock,
      logger: silentLogger,
    },
  )
  await chain.start()
  return { chain, codecs }
}
