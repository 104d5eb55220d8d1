import type { Method } from '@poai/api'
import type { NodeStatusJson, SyncDetailsJson } from '@poai/api/client'
import type { AccountIndex, Chain } from '@poai/chain'
import type { ExamEvaluator, WorkVerifier } from '@poai/consensus'
import type { AppError, BlockCodecs, Clock, Logger, NetworkParams } from '@poai/core'
import type { AnswerSource, Execution, SenderRecovery, TrieNodeReader } from '@poai/execution'

/** Where the node stands in catching up; undefined where it is not behind. */
export interface SyncProgress {
  readonly startingBlock: bigint
  readonly currentBlock: bigint
  readonly highestBlock: bigint
  /** For people: what is being done, how fast, how long it will take. */
  readonly details: SyncDetailsJson
}

/** A model that contracts may call, on this node. */
export interface CallableState {
  readonly name: string
  /** `ready`: it answers. */
  readonly state: string
  /** Why it does not. */
  readonly reason: Pick<AppError, 'message'> | undefined
}

/** What answers are made from. Parts that a node lacks are left out, and their methods say so. */
export interface RpcDependencies {
  readonly params: NetworkParams
  readonly codecs: BlockCodecs
  readonly chain: Pick<Chain, 'head' | 'queries' | 'mempool' | 'onHead'>
  readonly execution: Pick<Execution, 'executeCall' | 'estimateGas' | 'simulateBlock' | 'traceBlock'>
  readonly recovery: SenderRecovery
  readonly clock: Clock
  readonly logger: Logger
  /** As `web3_clientVersion` says it: `poai/0.1.0/linux-x64/node24.1.0`. */
  readonly clientVersion: string
  /** Of other parts of the node: peers, mining and so on. */
  readonly methods?: readonly Method[]
  /** The tries of the newest state, for proofs. */
  readonly trieNodes?: TrieNodeReader
  /** Computes exams again for clients that want to see the model's answers. */
  readonly evaluator?: ExamEvaluator
  /** Answers what contracts ask of models, in calls that nobody mines. Without it, calls that ask are not answered. */
  readonly answers?: AnswerSource
  /** What became of the models that contracts may call in the next block, by their names. */
  readonly callable?: () => readonly CallableState[]
  /** Checks the work of a block again. */
  readonly verifier?: WorkVerifier
  /** Who had to do with which transaction. Without it, searches read blocks. */
  readonly accountIndex?: AccountIndex
  readonly sync?: () => SyncProgress | undefined
  readonly nodeStatus?: () => NodeStatusJson
}
