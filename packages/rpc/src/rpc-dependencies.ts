import type { Method } from '@poai/api'
import type { NodeStatusJson, SyncDetailsJson } from '@poai/api/client'
import type { Chain } from '@poai/chain'
import type { ExamEvaluator, WorkVerifier } from '@poai/consensus'
import type { BlockCodecs, Clock, Logger, NetworkParams } from '@poai/core'
import type { Execution, SenderRecovery, TrieNodeReader } from '@poai/execution'

/** Where the node stands in catching up; undefined where it is not behind. */
export interface SyncProgress {
  readonly startingBlock: bigint
  readonly currentBlock: bigint
  readonly highestBlock: bigint
  /** For people: what is being done, how fast, how long it will take. */
  readonly details: SyncDetailsJson
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
  /** Checks the work of a block again. */
  readonly verifier?: WorkVerifier
  readonly sync?: () => SyncProgress | undefined
  readonly nodeStatus?: () => NodeStatusJson
}
