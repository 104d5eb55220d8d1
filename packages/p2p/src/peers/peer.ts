import type { ForkId, Hash32, Subscribe } from '@poai/core'
import type { Offence } from './offences.ts'

/** What a peer offers to others. */
export interface PeerServices {
  /** Serves the headers and bodies of all canonical blocks, not only of recent ones. */
  readonly allBlocks: boolean
  /** Keeps a mempool, and tells what is in it. */
  readonly transactions: boolean
}

/** What a peer says of itself: in its handshake, and again when its head changes. Claims, not facts. */
export interface PeerStatus {
  readonly headNumber: bigint
  readonly headHash: Hash32
  readonly totalWork: bigint
  /** The program and its version. */
  readonly version: string
  /** The determinism domain that it replays in; empty if it replays nothing. */
  readonly domain: string
  readonly services: PeerServices
  /** The forks it has passed, and the one it expects next. Absent on networks without forks. */
  readonly forkId?: ForkId
}

/** A node of our network that we are connected to and whose handshake is done. Each status gives a new value. */
export interface Peer {
  /** The libp2p peer id, as text. */
  readonly id: string
  /** The IP address that the connection comes from or goes to. */
  readonly address: string
  readonly direction: 'in' | 'out'
  readonly status: PeerStatus
  readonly connectedAtMs: number
}

/** The peers at this moment, as those who talk to them need to know them. */
export interface PeerSet {
  list(): readonly Peer[]
  get(peerId: string): Peer | undefined
  /** After the handshake. */
  readonly onJoined: Subscribe<Peer>
  readonly onLeft: Subscribe<Peer>
  /** A known peer told its status again. */
  readonly onStatus: Subscribe<Peer>
  /**
   * Takes the offence's points from the peer's score; the connection may be gone when this returns. Peers that have not
   * joined are scored too.
   */
  report(peerId: string, offence: Offence): void
}
