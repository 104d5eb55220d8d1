import type { Startable, Subscribe } from '@poai/core'
import type { GossipRouter } from '../gossip/gossip-router.ts'
import type { Remote, StreamHost } from './stream-host.ts'

/** A node that we heard of, and where it may be reached. Addresses are without the peer id. */
export interface FoundPeer {
  readonly peerId: string
  readonly locations: readonly string[]
  /**
   * `itself`: the node said so, over a connection that proves its key; `near`: heard on the local network; `hearsay`:
   * another node said so.
   */
  readonly origin: 'itself' | 'near' | 'hearsay'
  /** The IP address of whoever told; empty if it is not known. */
  readonly toldBy: string
}

/** An address of this node, and whether another node has reached it. */
export interface OwnAddress {
  readonly address: string
  readonly verified: boolean
  /**
   * `transport`: we listen on it; `observed`: others see us there; `configured`: the operator said so; `mapped`: a
   * router told us.
   */
  readonly kind: 'transport' | 'observed' | 'configured' | 'mapped'
}

/** Connections to other nodes, whoever they are: what the network needs of libp2p, and nothing more. */
export interface Host extends Startable {
  readonly peerId: string
  readonly streams: StreamHost
  readonly router: GossipRouter
  /** Multiaddresses with the peer id, that others can dial. */
  addresses(): readonly string[]
  ownAddresses(): readonly OwnAddress[]
  /** Asks the nodes of the network for others, and tells of them through `onFound`. Finds nobody without Kademlia. */
  explore(signal: AbortSignal): Promise<void>
  /** Connects to whichever node is reached first; with a peer id in the addresses, only to that one. */
  dial(addresses: readonly string[], signal: AbortSignal): Promise<Remote>
  /** Closes all connections to the peer. */
  disconnect(peerId: string): Promise<void>
  /** One for each connection. */
  remotes(): readonly Remote[]
  /** Resolves with the round trip's milliseconds. */
  ping(peerId: string, signal: AbortSignal): Promise<number>
  /** Makes the library forget a peer that is gone. */
  forget(peerId: string): Promise<void>
  /** Makes it forget all peers except those to keep: strangers can tell it of any number. */
  tidy(isKept: (peerId: string) => boolean): Promise<void>
  /** A connection to a peer is open. It may be a second one, if both sides dialled. */
  readonly onConnected: Subscribe<Remote>
  /** The last connection to a peer is closed. */
  readonly onDisconnected: Subscribe<string>
  /** Somebody told of a node, or a node told its addresses. */
  readonly onFound: Subscribe<FoundPeer>
}
