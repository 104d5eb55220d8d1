import type { Body, Header, Startable, Subscribe } from '@poai/core'
import type { BlockGap } from '../blocks/block-gossip.ts'
import type { PoolSource } from '../transactions/pool-exchange.ts'

/** Where a node stands in catching up with its network. */
export interface SyncStatus {
  /**
   * `idle`: nothing better than this node's chain is known, as far as work was sampled. `headers`: a better chain is
   * known, and its blocks are not coming in. `blocks`: its blocks are coming in.
   */
  readonly state: 'idle' | 'headers' | 'blocks'
  readonly currentBlock: bigint
  /** The end of the chain that is followed, whose work has been sampled. */
  readonly highestBlock: bigint
  readonly blocksPerSecond: number
  readonly secondsLeft?: number
}

/** Catches up with the network, and serves others that do, as far as the rest of this package needs it. */
export interface NetworkSync extends Startable, PoolSource {
  status(): SyncStatus
  readonly onChange: Subscribe<SyncStatus>
  /** The body that belongs to a header. Rejects with a `RuleError` if the peer sent another one. */
  fetchBody(peerId: string, header: Header, signal: AbortSignal): Promise<Body>
  /** A peer has a block whose parent is not here. */
  onGap(peerId: string, gap: BlockGap): void
}
