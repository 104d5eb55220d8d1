import type { Body, Header, Startable, Subscribe } from '@poai/core'
import type { BlockGap } from '../blocks/block-gossip.ts'
import type { PoolSource } from '../transactions/pool-exchange.ts'

/** Where a node stands in catching up with its network. */
export interface SyncStatus {
  /**
   * `idle`: nothing better is known than what this node has, as far as work was sampled. `headers`: a better chain is
   * known, and its blocks do not come yet, or no more. `blocks`: its blocks come in.
   */
  readonly state: 'idle' | 'headers' | 'blocks'
  readonly currentBlock: bigint
  /** The end of the chain that is followed, whose work was sampled. */
  readonly highestBlock: bigint
  readonly blocksPerSecond: number
  readonly secondsLeft?: number
}

/** Catches up with the network, and serves others that do: what the rest of this package needs of it. */
export interface NetworkSync extends Startable, PoolSource {
  status(): SyncStatus
  readonly onChange: Subscribe<SyncStatus>
  /** The body that belongs to a header. Rejects with a `RuleError` if the peer sent another one. */
  fetchBody(peerId: string, header: Header, signal: AbortSignal): Promise<Body>
  /** A peer has a block whose parent is not here. */
  onGap(peerId: string, gap: BlockGap): void
}
