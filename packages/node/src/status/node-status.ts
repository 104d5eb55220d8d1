import type { PoolSize } from '@poai/chain'
import type { Hash32 } from '@poai/core'
import type { EngineStatus } from '@poai/inference'
import type { MinerStatus, WorkDeskStatus } from '@poai/miner'
import type { SyncStatus } from '@poai/p2p'
import type { ImportFigures } from '../chain/watch-chain.ts'
import type { Standing } from '../finality/settling.ts'
import type { ReplayFigures } from '../judge/replay-counter.ts'

/**
 * What a node does, in the order in which it comes to do it.
 *
 * - `opening`: the database is being opened.
 * - `loading`: the model is being loaded.
 * - `self-test`: the network's recorded exams are being computed.
 * - `joining`: peers are being looked for.
 * - `no-peers`: it takes part in the network, and nobody is connected.
 * - `syncing`: it catches up.
 * - `mining`, `following`: it is up to date.
 * - `abstaining`: it can't compute the network's bits, and neither mines nor judges.
 * - `stopping`, `stopped`.
 */
export type NodeStateName =
  | 'opening'
  | 'loading'
  | 'self-test'
  | 'joining'
  | 'no-peers'
  | 'syncing'
  | 'mining'
  | 'following'
  | 'abstaining'
  | 'stopping'
  | 'stopped'

/** What a node does, with what a person may want to know of it. */
export interface NodeState {
  readonly name: NodeStateName
  readonly detail?: string
}

/** A snapshot for people and programs. Counts are since the start. */
export interface NodeStatus {
  readonly version: string
  readonly state: NodeState
  readonly role: 'miner' | 'validator'
  readonly network: { readonly name: string; readonly chainId: bigint; readonly genesisHash: Hash32 }
  readonly head: HeadStatus
  readonly finality: FinalityStatus
  /** Undefined where the node takes part in no network, or not yet. */
  readonly peerId: string | undefined
  readonly addresses: readonly string[]
  readonly peers: number
  readonly sync: SyncStatus | undefined
  readonly miner: MinerStatus | undefined
  /** Miners on other machines that work for this node. */
  readonly farm: WorkDeskStatus | undefined
  readonly replays: ReplayFigures
  readonly imports: ImportFigures
  readonly mempool: PoolSize
  readonly engine: EngineStatus | undefined
  readonly model: { readonly name: string; readonly domain: string }
  /** Of this process, without the engine's workers. */
  readonly memoryBytes: number
  readonly uptimeSeconds: number
}

/** The end of the canonical chain. */
export interface HeadStatus {
  readonly number: bigint
  readonly hash: Hash32
  readonly timestamp: bigint
  /** Attempts that a block at this target takes on average. */
  readonly difficulty: bigint
  readonly totalWork: bigint
}

/** What never changes again, and whether it grows. */
export interface FinalityStatus extends Standing {
  /** The last final block. */
  readonly number: bigint
}
