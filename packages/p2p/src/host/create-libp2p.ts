import { autoNAT } from '@libp2p/autonat'
import type { GossipSub, GossipSubComponents } from '@libp2p/gossipsub'
import { type Identify, identify } from '@libp2p/identify'
import type { ConnectionGater, Libp2p, MultiaddrConnection, PeerId, PeerInfo, PrivateKey } from '@libp2p/interface'
import type { AddressManager } from '@libp2p/interface-internal'
import {
  type KadDHT,
  type KadDHTComponents,
  kadDHT,
  passthroughMapper,
  removePrivateAddressesMapper,
} from '@libp2p/kad-dht'
import { mdns } from '@libp2p/mdns'
import { noise } from '@libp2p/noise'
import { type Ping, ping } from '@libp2p/ping'
import { preSharedKey } from '@libp2p/pnet'
import { tcp } from '@libp2p/tcp'
import { yamux } from '@libp2p/yamux'
import { defined } from '@poai/core'
import { BlackHoleDatastore } from 'datastore-core/black-hole'
import { createLibp2p as create } from 'libp2p'
import type { ConnectionGate } from './connection-gate.ts'
import { ipOf } from './multiaddresses.ts'

/** How to find nodes of the network that are not configured. */
export interface DiscoveryOptions {
  /** Multicast on the local network. */
  readonly mdns: boolean
  /** A distributed hash table over the nodes of this network. */
  readonly kademlia: boolean
  /** Passes on addresses of private networks too; a node on the internet keeps them to itself. */
  readonly privateAddresses: boolean
}

export interface Libp2pOptions {
  readonly privateKey: PrivateKey
  /** Multiaddresses to listen on; port 0 picks any free one. */
  readonly listen: readonly string[]
  /** Multiaddresses to announce; if there are none, those that the node listens on. */
  readonly announce: readonly string[]
  /** The program and its version. */
  readonly agent: string
  /** The beginning of the names of this network's own protocols, `/poai/…`. */
  readonly protocolPrefix: string
  /** The name that mDNS is asked for. */
  readonly serviceTag: string
  readonly preSharedKey: Uint8Array | undefined
  readonly discovery: DiscoveryOptions
  readonly maxConnections: number
  /** New connections from one address in a second. */
  readonly maxConnectionRate: number
  readonly gate: ConnectionGate
  readonly gossip: (components: GossipSubComponents) => GossipSub
  /** Hears of nodes of the local network. */
  readonly onNear: (peer: PeerInfo) => void
}

/** The node's services by name. */
export interface Libp2pServices extends Record<string, unknown> {
  readonly identify: Identify
  readonly ping: Ping
  readonly gossip: GossipSub
  readonly kademlia?: KadDHT
}

export interface CreatedLibp2p {
  readonly libp2p: Libp2p<Libp2pServices>
  readonly addressManager: AddressManager
}

/**
 * A node answers one frame of a stranger's at a time; 256 streams over all protocols are more than our limits add up
 * to.
 */
const MAX_STREAMS_PER_CONNECTION = 256
/** TCP, key exchange and multiplexer, on a loaded machine. */
const UPGRADE_TIMEOUT_MS = 10_000
const DIAL_TIMEOUT_MS = 10_000
/** Handshakes of strangers that are under way at one time, each some milliseconds of elliptic curves. */
const MAX_PENDING_INBOUND = 32
/** Idle connections that wait in the kernel. */
const TCP_BACKLOG = 128
/**
 * AutoNAT asks the peers that we are connected to anyway. It must not look for others by itself, since we have our own
 * dialer.
 */
const AUTONAT_WALK_MS = 24 * 3_600_000
/** Nobody stores anything in this hash table: it finds nodes. */
const KAD_QUERY_SELF_MS = 60_000

/**
 * Puts a libp2p node together: the one file that names the library and its modules. It is not started.
 *
 * - The connection monitor is off: under load it closes healthy connections (measured: a network of five fell apart);
 *   see `liveness.ts`.
 * - Kademlia gets a store that keeps nothing: strangers' records would fill the memory, and only the routing is used.
 */
export async function createLibp2p(options: Libp2pOptions): Promise<CreatedLibp2p> {
  let addressManager: AddressManager | undefined
  const { preSharedKey: psk, discovery } = options
  const libp2p = await create<Libp2pServices>({
    start: false,
    privateKey: options.privateKey,
    nodeInfo: { userAgent: options.agent },
    addresses: { listen: [...options.listen], announce: [...options.announce] },
    transports: [tcp({ backlog: TCP_BACKLOG })],
    connectionEncrypters: [noise()],
    streamMuxers: [
      yamux({ maxInboundStreams: MAX_STREAMS_PER_CONNECTION, maxOutboundStreams: MAX_STREAMS_PER_CONNECTION }),
    ],
    ...defined({ connectionProtector: psk && preSharedKey({ psk }) }),
    connectionGater: gaterOf(options.gate),
    connectionMonitor: { enabled: false, abortConnectionOnPingFailure: false },
    connectionManager: {
      maxConnections: options.maxConnections,
      inboundConnectionThreshold: options.maxConnectionRate,
      maxIncomingPendingConnections: MAX_PENDING_INBOUND,
      inboundUpgradeTimeout: UPGRADE_TIMEOUT_MS,
      dialTimeout: DIAL_TIMEOUT_MS,
      reconnectRetries: 0,
    },
    peerDiscovery: discovery.mdns ? [localDiscovery(options)] : [],
    services: {
      identify: identify(),
      ping: ping(),
      gossip: options.gossip,
      autonat: autoNAT({ startupDelay: AUTONAT_WALK_MS, refreshInterval: AUTONAT_WALK_MS }),
      ...(discovery.kademlia ? { kademlia: kademliaOf(options) } : {}),
      // Only looks at the components; it is nothing itself.
      ownAddresses: (components) => {
        addressManager = components.addressManager
        return {}
      },
    },
  })
  if (addressManager === undefined) throw new TypeError('libp2p makes its services')
  return { libp2p, addressManager }
}

/** Tells of what it finds by itself: the library mixes it with what strangers told. */
function localDiscovery({ serviceTag, onNear }: Libp2pOptions): ReturnType<typeof mdns> {
  const create = mdns({ serviceTag })
  return (components) => {
    const discovery = create(components)
    discovery.addEventListener('peer', ({ detail }) => onNear(detail))
    return discovery
  }
}

function kademliaOf({ protocolPrefix, discovery }: Libp2pOptions): (components: KadDHTComponents) => KadDHT {
  const create = kadDHT({
    protocol: `${protocolPrefix}/kad/1.0.0`,
    clientMode: false,
    allowQueryWithZeroPeers: true,
    querySelfInterval: KAD_QUERY_SELF_MS,
    validators: {},
    selectors: {},
    peerInfoMapper: discovery.privateAddresses ? passthroughMapper : removePrivateAddressesMapper,
  })
  const datastore = new BlackHoleDatastore()
  return (components) => create(Object.create(components, { datastore: { value: datastore } }) as KadDHTComponents)
}

function gaterOf(gate: ConnectionGate): ConnectionGater {
  const admits = (peerId: PeerId, connection: MultiaddrConnection, direction: 'in' | 'out'): boolean =>
    gate.admitsPeer(peerId.toString(), ipOf(connection.remoteAddr), direction)
  return {
    denyInboundConnection: ({ remoteAddr }) => !gate.admitsAddress(ipOf(remoteAddr)),
    denyInboundEncryptedConnection: (peerId, connection) => !admits(peerId, connection, 'in'),
    denyOutboundEncryptedConnection: (peerId, connection) => !admits(peerId, connection, 'out'),
    denyDialPeer: (peerId) => !gate.admitsPeer(peerId.toString(), '', 'out'),
    denyDialMultiaddr: () => false,
  }
}
