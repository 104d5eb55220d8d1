import type { RatedClient } from '@poai/api'
import type {
  BanJson,
  EngineJson,
  MinerStatusJson,
  NodeInfoJson,
  NodeStatusJson,
  PeerJson,
  SyncDetailsJson,
  WorkAnswerJson,
  WorkJobJson,
} from '@poai/api/client'
import type { Chain } from '@poai/chain'
import type { ExamEvaluator, WorkVerifier } from '@poai/consensus'
import type { Address, BlockCodecs, Clock, Logger, NetworkParams } from '@poai/core'
import type { Execution, SenderRecovery, TrieNodeReader } from '@poai/execution'

/** Where the node stands in catching up; undefined where it is not behind. */
export interface SyncProgress {
  readonly startingBlock: bigint
  readonly currentBlock: bigint
  readonly highestBlock: bigint
  /** For people: what is being done, how fast, how long it will take. */
  readonly details: SyncDetailsJson
}

/** Peers as methods show and change them. */
export interface PeerControl {
  /** Connected ones. */
  count(): number
  isListening(): boolean
  /** One object a peer, the connected ones and those that are kept. */
  list(): readonly PeerJson[]
  nodeInfo(): NodeInfoJson
  /** Throws an `AppError` for an address that is none. */
  add(address: string): Promise<void>
  remove(peerId: string): Promise<boolean>
  ban(target: string, forMs: number | undefined): Promise<BanJson>
  unban(target: string): Promise<boolean>
  bans(): readonly BanJson[]
}

/** The node's own miner. */
export interface MinerControl {
  isMining(): boolean
  attemptsPerSecond(): number
  beneficiary(): Address
  start(): Promise<void>
  stop(): Promise<void>
  setBeneficiary(beneficiary: Address): void
  status(): MinerStatusJson
}

/**
 * Work for miners on other machines, as JSON speaks to it. It charges clients for what they send; none: the node's own
 * socket.
 */
export interface WorkService {
  getWork(request: unknown, signal?: AbortSignal, client?: RatedClient): Promise<WorkJobJson>
  submitWork(solution: unknown, client?: RatedClient): Promise<WorkAnswerJson>
  submitRate(report: unknown, client?: RatedClient): Promise<boolean>
}

/** What answers are made from. What a node does not have is left out, and its methods say so. */
export interface RpcDependencies {
  readonly params: NetworkParams
  readonly codecs: BlockCodecs
  readonly chain: Pick<Chain, 'head' | 'queries' | 'mempool' | 'onHead'>
  readonly execution: Pick<Execution, 'executeCall' | 'estimateGas' | 'traceBlock'>
  readonly recovery: SenderRecovery
  readonly clock: Clock
  readonly logger: Logger
  /** As `web3_clientVersion` says it: `poai/0.1.0/linux-x64/node24.1.0`. */
  readonly clientVersion: string
  /** The tries of the newest state, for proofs. */
  readonly trieNodes?: TrieNodeReader
  /** Computes exams again for those who want to see a model's answers. */
  readonly evaluator?: ExamEvaluator
  /** Judges the work of a block again. */
  readonly verifier?: WorkVerifier
  readonly peers?: PeerControl
  readonly sync?: () => SyncProgress | undefined
  readonly miner?: MinerControl
  readonly work?: WorkService
  readonly nodeStatus?: () => NodeStatusJson
  /** Model, domain, workers and rates. */
  readonly engineStatus?: () => EngineJson
}
