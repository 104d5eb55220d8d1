import type { NetworkParams, NetworkTrust } from '@poai/core'
import type { NodeIdentity } from './identity/node-identity.ts'
import { PEER_DEFAULTS, type PeerLimits } from './peers/peer-limits.ts'
import type { ReplayPolicy } from './sync/replay-policy.ts'

/** How a node takes part in its network. Only `params` and `identity` have no default. */
export interface NetworkOptions {
  readonly params: NetworkParams
  readonly identity: NodeIdentity
  /** The program and its version, as others see it: `poai/0.1.0`. */
  readonly agent?: string
  /** The determinism domain that this node replays in; empty if it replays nothing. */
  readonly domain?: string
  /** Serves the bodies of all blocks, not only of recent ones. */
  readonly servesAllBlocks?: boolean
  /** Multiaddresses to listen on; port 0 picks any free one. With none this node only dials. */
  readonly listen?: readonly string[]
  /** Multiaddresses to tell others, instead of those that the node listens on. */
  readonly announce?: readonly string[]
  /** Multiaddresses that are asked when few peers are known. */
  readonly bootnodes?: readonly string[]
  /** Multiaddresses of peers that are kept connected. */
  readonly staticPeers?: readonly string[]
  /** Looks for nodes on the local network. */
  readonly mdns?: boolean
  /** Looks for nodes through other nodes. */
  readonly kademlia?: boolean
  /** Dials and passes on addresses of private networks and of the loopback interface too. */
  readonly privateAddresses?: boolean
  /** The text of a key file: only nodes with the same one can connect. */
  readonly preSharedKey?: string
  readonly limits?: Partial<PeerLimits>
  /**
   * Which blocks are replayed while catching up; it must be the policy that the chain's verifier asks. Default: all.
   */
  readonly replayPolicy?: ReplayPolicy
  /** What is known of the network's chain beyond its rules. Default: nothing. */
  readonly trust?: NetworkTrust
}

/** Not assigned to anything else by IANA. */
export const DEFAULT_P2P_PORT = 30_404

/** The values of options that are left out. */
export const NETWORK_DEFAULTS: {
  readonly agent: string
  readonly domain: string
  readonly servesAllBlocks: boolean
  readonly listen: readonly string[]
  readonly announce: readonly string[]
  readonly bootnodes: readonly string[]
  readonly staticPeers: readonly string[]
  readonly mdns: boolean
  readonly kademlia: boolean
  readonly privateAddresses: boolean
  readonly limits: PeerLimits
} = {
  agent: 'poai',
  domain: '',
  servesAllBlocks: true,
  listen: [`/ip4/0.0.0.0/tcp/${DEFAULT_P2P_PORT}`],
  announce: [],
  bootnodes: [],
  staticPeers: [],
  mdns: true,
  kademlia: true,
  privateAddresses: true,
  limits: PEER_DEFAULTS,
}
