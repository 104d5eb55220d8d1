import {
  type Chain,
  createStoredChain,
  createStoredMempool,
  createThreadedRecovery,
  type MempoolLimits,
  openChain,
} from '@poai/chain'
import { createReplayVerifier, type ExamEvaluator, type WorkVerifier } from '@poai/consensus'
import {
  type Clock,
  createBlockCodecs,
  createTransactionCodec,
  defined,
  genesisHash,
  type Logger,
  type NetworkParams,
  silentLogger,
} from '@poai/core'
import { createExecution } from '@poai/execution'
import { createFakeEngine } from '@poai/inference'
import { createCommitter, createMemoryStore, openDatabase, RETENTIONS } from '@poai/storage'
import { testNetwork } from '@poai/testing/chain'
import { createNetwork } from '../../src/create-network.ts'
import { createIdentity, type NodeIdentity } from '../../src/identity/node-identity.ts'
import type { Network, NetworkDependencies } from '../../src/network.ts'
import type { NetworkOptions } from '../../src/network-options.ts'
import { createMemoryPeerNotes, type PeerNotes } from '../../src/peers/peer-notes.ts'
import { createReplayPolicy, excusingVerifier } from '../../src/sync/replay-policy.ts'

/** The machine's time. */
export const systemClock: Clock = {
  nowMs: () => Date.now(),
  sleep: (delayMs, signal) =>
    new Promise((resolve, reject) => {
      signal?.throwIfAborted()
      const abort = (): void => {
        clearTimeout(timer)
        reject(signal?.reason)
      }
      const timer = setTimeout(() => {
        signal?.removeEventListener('abort', abort)
        resolve()
      }, delayMs)
      signal?.addEventListener('abort', abort, { once: true })
    }),
}

export interface StartNodeOptions {
  readonly params?: NetworkParams
  readonly network?: Partial<NetworkOptions>
  readonly identity?: NodeIdentity
  /** Topics and protocols of other packages. */
  readonly declared?: Partial<Pick<NetworkDependencies, 'topics' | 'protocols'>>
  readonly notes?: PeerNotes
  readonly logger?: Logger
  readonly mempool?: Partial<MempoolLimits>
  /** On LevelDB in this directory instead of in memory. */
  readonly directory?: string
  /** The chain as the network sees it. */
  readonly shownChain?: (chain: Chain) => Chain
  /** Replays instead of the fake model. */
  readonly evaluator?: ExamEvaluator
  /** Comes between a replay and the model. */
  readonly passes?: (evaluator: ExamEvaluator) => ExamEvaluator
  /** Of the network. Default: the machine's time. */
  readonly clock?: Clock
  /** For signatures and decoding; by itself this thread does it. */
  readonly threads?: number
  /** Comes between a block and its replay. */
  readonly verifier?: (verifier: WorkVerifier) => WorkVerifier
}

/** A chain in memory with a fake model, and its network on a free port of the loopback interface. */
export interface TestNode {
  readonly chain: Chain
  readonly network: Network
  readonly identity: NodeIdentity
  readonly notes: PeerNotes
  stop(): Promise<void>
}

/** Starts a node that finds nobody by itself. */
export async function startNode(options: StartNodeOptions = {}): Promise<TestNode> {
  const { params = testNetwork, logger = silentLogger, notes = createMemoryPeerNotes() } = options
  const identity = options.identity ?? (await createIdentity())
  const engine = createFakeEngine()
  await engine.start()
  const codecs = createBlockCodecs(createTransactionCodec(params.chainId))
  const { directory } = options
  const database =
    directory === undefined ? undefined : await openDatabase(directory, { genesisHash: genesisHash(params) })
  const store = database?.store ?? createMemoryStore()
  const committer = database?.committer ?? (await createCommitter(store))
  const model = options.evaluator ?? engine
  const evaluator = options.passes?.(model) ?? model
  const replay = createReplayVerifier(params, { evaluator, logger })
  const verifier = options.verifier?.(replay) ?? replay
  const replayPolicy = options.network?.replayPolicy ?? createReplayPolicy({ kind: 'full' })
  const recovery = createThreadedRecovery({ threads: options.threads ?? 0 })
  const chain = await openChain(
    { params, ...defined({ mempool: options.mempool }) },
    {
      codecs,
      database: createStoredChain({ store, committer, codecs, retention: RETENTIONS.full }),
      mempoolStore: createStoredMempool(store, committer),
      verifier: excusingVerifier(verifier, replayPolicy),
      execution: createExecution(params),
      recovery,
      decoder: recovery.decoderOf(codecs.transaction),
      clock: systemClock,
      logger,
    },
  )
  await chain.start()
  const networkOptions: NetworkOptions = {
    params,
    identity,
    agent: 'poai/test',
    listen: ['/ip4/127.0.0.1/tcp/0'],
    mdns: false,
    kademlia: false,
    ...options.network,
    replayPolicy,
    limits: { sharedAddresses: true, ...options.network?.limits },
  }
  const network = createNetwork(networkOptions, {
    chain: options.shownChain?.(chain) ?? chain,
    codecs,
    verifier,
    notes,
    clock: options.clock ?? systemClock,
    logger,
    ...options.declared,
  })
  await network.start()
  return {
    ...{ chain, network, identity, notes },
    stop: async () => {
      await network.stop()
      await chain.stop()
      await recovery.stop()
      await database?.close()
      await engine.stop()
    },
  }
}
