import { type ChainContext, createReplayVerifier, type ExamEvaluator, type WorkVerifier } from '@poai/consensus'
import {
  type Block,
  type BlockCodecs,
  bytesToHex,
  createBlockCodecs,
  createTransactionCodec,
  genesisHash,
  type Header,
  type NetworkParams,
  silentLogger,
} from '@poai/core'
import { type AnswerSource, createExecution, type Execution } from '@poai/execution'
import { createFakeEngine, type InferenceEngine } from '@poai/inference'
import {
  type CheckReport,
  type Committer,
  checkDatabase,
  createCommitter,
  createMemoryStore,
  type Database,
  openDatabase,
  RETENTIONS,
  type Retention,
  type Store,
} from '@poai/storage'
import { ChainGenerator, engineAnswers, testNetwork } from '@poai/testing/chain'
import { ManualClock } from '@poai/testing/manual-clock'
import {
  type Chain,
  type ChainOptions,
  createStoredChain,
  createStoredMempool,
  type HeadEvent,
  inlineRecovery,
  openChain,
} from '../../src/index.ts'

/** Where the probes of an exam's first answer begin. */
const PROBES_WORD = 4

/** An engine, a verifier and an execution that count how often they were asked, and can be told to fail. */
export interface Costs {
  /** Passes of the model: what a block costs, however often the verifier is asked. */
  evaluations: number
  /** The next so many passes have one bit wrong. */
  flips: number
  replays: number
  executions: number
  /** Thrown by the next replays, the first one first. */
  readonly replayFailures: Error[]
  /** What a replay waits for, as long as its signal lets it. */
  hold: (header: Header) => Promise<void>
  /** Called before an execution. */
  onExecution: () => void
  /** Waited for between the look at the head and the building of a block on it. */
  onBuild: () => Promise<void>
}

export interface ChainFixtureOptions {
  /** On LevelDB in this directory instead of in memory. */
  readonly directory?: string
  /** Default: the test network's. */
  readonly params?: NetworkParams
  readonly chain?: Partial<ChainOptions>
  readonly engine?: InferenceEngine
  /** For templates. Default: what the engine says. */
  readonly answers?: AnswerSource
  /** Default: a full node's. */
  readonly retention?: Retention
  /** Default: not, so that nothing becomes final. */
  readonly isSettled?: boolean
}

/** A chain over a store, with a fake model. */
export interface ChainFixture {
  readonly params: NetworkParams
  readonly codecs: BlockCodecs
  readonly chain: Chain
  readonly store: Store
  readonly committer: Committer
  readonly clock: ManualClock
  readonly costs: Costs
  readonly heads: HeadEvent[]
  /** Whether each write to the store in memory was synced, since the chain was opened. */
  readonly writes: boolean[]
  check(): Promise<CheckReport>
  close(): Promise<void>
}

/**
 * Far enough after every block that a test generates, and near enough to them that a block an hour later is of the
 * future.
 */
export const TEST_TIME_MS: number = Number(testNetwork.genesis.timestamp + 2500n) * 1000

/** A generator over a fake model of its own, which gives the same bits as everybody's. */
export async function startGenerator(params: NetworkParams = testNetwork): Promise<ChainGenerator> {
  const engine = createFakeEngine()
  await engine.start()
  return new ChainGenerator({ params, evaluator: engine })
}

/** Opens a started chain. */
export async function openChainFixture(options: ChainFixtureOptions = {}): Promise<ChainFixture> {
  const params = options.params ?? testNetwork
  const engine = options.engine ?? createFakeEngine()
  if (engine.status.state === 'new') await engine.start()
  const codecs = createBlockCodecs(createTransactionCodec(params.chainId))
  const database = options.directory === undefined ? undefined : await open(options.directory, params)
  const writes: boolean[] = []
  const store = database?.store ?? recordWrites(createMemoryStore(), writes)
  const committer: Committer = database?.committer ?? (await createCommitter(store))
  const clock = new ManualClock(TEST_TIME_MS)
  const costs: Costs = {
    ...{ evaluations: 0, flips: 0 },
    replays: 0,
    executions: 0,
    replayFailures: [],
    hold: async () => undefined,
    onExecution: () => undefined,
    onBuild: async () => undefined,
  }
  const evaluator = countingEvaluator(engine, costs)
  const verifier = createReplayVerifier(params, { evaluator, logger: silentLogger })
  const chain = await openChain(
    { params, ...options.chain },
    {
      codecs,
      database: createStoredChain({ store, committer, codecs, retention: options.retention ?? RETENTIONS.full }),
      mempoolStore: createStoredMempool(store, committer),
      verifier: countingVerifier(verifier, costs),
      execution: countingExecution(createExecution(params), costs),
      recovery: inlineRecovery,
      answers: options.answers ?? engineAnswers(engine),
      clock,
      logger: silentLogger,
    },
  ).catch(async (error: unknown) => {
    await database?.close()
    throw error
  })
  await chain.start()
  chain.settle(options.isSettled ?? false)
  const heads: HeadEvent[] = []
  writes.length = 0
  chain.onHead((event) => heads.push(event))
  return {
    ...{ params, codecs, chain, store, committer, clock, costs, heads, writes },
    check: () => checkDatabase(store, codecs, { deep: true }),
    close: async () => {
      await chain.stop()
      await database?.close()
    },
  }
}

function recordWrites(store: Store, writes: boolean[]): Store {
  return {
    ...store,
    write: (changes, options) => {
      writes.push(options.sync)
      return store.write(changes, options)
    },
  }
}

function open(directory: string, params: NetworkParams): Promise<Database> {
  return openDatabase(directory, { genesisHash: genesisHash(params) })
}

/**
 * Counts passes of the model, and flips the lowest bit of the first probe in those that are to be wrong: still
 * plausible.
 */
function countingEvaluator(engine: InferenceEngine, costs: Costs): ExamEvaluator {
  return {
    evaluate: async (requests, options) => {
      costs.evaluations += requests.length
      const evaluations = await engine.evaluate(requests, options)
      if (costs.flips === 0) return evaluations
      costs.flips--
      return evaluations.map(({ words }) => ({ words: words.with(PROBES_WORD, (words[PROBES_WORD] ?? 0) ^ 1) }))
    },
  }
}

function countingVerifier(verifier: WorkVerifier, costs: Costs): WorkVerifier {
  return {
    verify: async (header, options) => {
      costs.replays++
      await Promise.race([costs.hold(header), whenAborted(options.signal)])
      const failure = costs.replayFailures.shift()
      if (failure !== undefined) throw failure
      await verifier.verify(header, options)
    },
    verifyAnswers: (block, options) => verifier.verifyAnswers(block, options),
  }
}

/** Rejects with the reason of the signal. */
function whenAborted(signal: AbortSignal | undefined): Promise<never> {
  return new Promise((_, reject) => {
    signal?.throwIfAborted()
    signal?.addEventListener('abort', () => reject(signal.reason), { once: true })
  })
}

function countingExecution(execution: Execution, costs: Costs): Execution {
  return {
    ...execution,
    executeBlock: (input) => {
      costs.executions++
      costs.onExecution()
      return execution.executeBlock(input)
    },
    buildBlock: async (input) => {
      await costs.onBuild()
      return execution.buildBlock(input)
    },
  }
}

/** All records of a store but the marks of its commits, as text. */
export async function dumpStore(store: Store): Promise<ReadonlyMap<string, string>> {
  const dump = new Map<string, string>()
  for await (const [key, value] of store.entries({ gte: Uint8Array.of(0x05), lt: Uint8Array.of(0xff) })) {
    dump.set(bytesToHex(key), bytesToHex(value))
  }
  return dump
}

/** Imports a branch, one block after the other, as synchronisation does: its work is known beforehand. */
export async function importAll(chain: Chain, blocks: readonly ImportedBlock[]): Promise<void> {
  const branchWork = blocks.map(({ context }) => context.totalWork).reduce((a, b) => (a > b ? a : b), 0n)
  for (const { block } of blocks) await chain.importBlock(block, { branchWork })
}

interface ImportedBlock {
  readonly block: Block
  readonly context: Pick<ChainContext, 'totalWork'>
}
