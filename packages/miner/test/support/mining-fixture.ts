import type { Chain, ChainOptions } from '@poai/chain'
import type { AttemptSearcher } from '@poai/consensus'
import type { Address, BlockCodecs, LogData, Logger, NetworkParams } from '@poai/core'
import { createFakeEngine } from '@poai/inference'
import { ChainGenerator, testNetwork, testWallet } from '@poai/testing/chain'
import { ManualClock } from '@poai/testing/manual-clock'
import { onTestFinished } from 'vitest'
import { createMiner, createSearcher, type Miner, type MinerDependencies, type MinerOptions } from '../../src/index.ts'
import { HeldEngine } from './held-engine.ts'
import { openMemoryChain } from './memory-chain.ts'

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
  /** On the engine. */
  readonly searcher: AttemptSearcher
  readonly log: LogLine[]
  readonly generator: ChainGenerator
  /** Stopped when the test is over. */
  miner(options?: Partial<MinerOptions>, dependencies?: Partial<MinerDependencies>): Miner
}

/** Paid where a test does not care. */
export const TEST_BENEFICIARY: Address = testWallet('a beneficiary').address

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
  const searcher = createSearcher(engine, { clock })
  const log: LogLine[] = []
  const chain = await openMemoryChain(params, { engine, clock }, chainOptions)
  onTestFinished(() => chain.chain.stop())
  return {
    ...chain,
    ...{ params, clock, engine, searcher, log },
    generator: new ChainGenerator({ params, evaluator: fake }),
    miner: (options = {}, dependencies = {}) => {
      const miner = createMiner(
        { params, beneficiary: TEST_BENEFICIARY, workers: 1, ...options },
        { chain: chain.chain, searcher, clock, logger: recordingLogger(log), ...dependencies },
      )
      onTestFinished(() => miner.stop())
      return miner
    },
  }
}
