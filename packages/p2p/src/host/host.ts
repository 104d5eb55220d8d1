import type { Startable, Subscribe } from '@poai/core'
import type { GossipRouter } from '../gossip/gossip-router.ts'
import type { Remote, StreamHost } from './stream-host.ts'

/** A node that was heard of, and where it may be reached. Addresses are without the peer id. */
export interface FoundPeer {
  readonly peerId: string
  readonly locations: readonly string[]
  /**
   * `itself`: the node told it, over a connection that proves its key; `near`: heard on the local network itself;
   * `hearsay`: another node told.
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
   * `transport`: listened on; `observed`: others see us there; `configured`: the operator said so; `mapped`: a router
   * told us.
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
  /** Asks the nodes of the network for others, which `onFound` tells of then. Finds nobody without Kademlia. */
  explore(signal: AbortSignal): Promise<void>
  /** Connects to whoever is reached first; with a peer id in the addresses, only to that one. */
  dial(addresses: readonly string[], signal: AbortSignal): Promise<Remote>
  /** Closes all connections to the peer. */
  disconnect(peerId: string): Promise<void>
  /** One for each connection. */
  remotes(): readonly Remote[]
  /** Resolves with the round trip's milliseconds. */
  ping(peerId: string, signal: AbortSignal): Promise<number>
  /** Lets go of what the library remembers of a peer that is gone. */
  forget(peerId: string): Promise<void>
  /** Lets go of what it remembers of all peers but those to keep: strangers tell it of as many as they like. */
  tidy(isKept: (peerId: string) => boolean): Promise<void>
  /** A connection to a peer is open; it may be the second one, if both sides dialled. */
  readonly onConnected: Subscribe<Remote>
  /** The last connection to a peer is closed. */
  readonly onDisconnected: Subscribe<string>
  /** Somebody told of a node, or a node told its addresses. */
  readonly onFound: Subscribe<FoundPeer>
}
