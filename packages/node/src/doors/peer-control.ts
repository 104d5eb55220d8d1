import type { BanJson, NodeInfoJson, PeerJson } from '@poai/api/client'
import { bytesToHex } from '@poai/core'
import type { Ban, Network, Peer, PeerEntry } from '@poai/p2p'
import type { PeerControl } from '@poai/rpc'
import { NodeError } from '../node-error.ts'

/**
 * The network as JSON-RPC shows and changes it. It is asked for each time: doors open before the node joins its
 * network.
 */
export function createPeerControl(current: () => Network | undefined): PeerControl {
  const joined = (): Network => {
    const network = current()
    if (network !== undefined) return network
    throw new NodeError('NODE_NOT_JOINED', 'the node has not joined its network yet')
  }
  const connected = (): readonly PeerEntry[] =>
    current()
      ?.peers.list()
      .filter(({ peer }) => peer !== undefined) ?? []
  return {
    count: () => connected().length,
    isListening: () => (current()?.addresses().length ?? 0) > 0,
    list: () => current()?.peers.list().map(entryToJson) ?? [],
    nodeInfo: () => nodeInfoOf(current()),
    add: async (address) => {
      joined().peers.add(address)
    },
    remove: async (peerId) => joined().peers.remove(peerId),
    ban: async (target, forMs) => banToJson(joined().peers.ban(target, forMs)),
    unban: async (target) => joined().peers.unban(target),
    bans: () => current()?.peers.bans().map(banToJson) ?? [],
  }
}

function nodeInfoOf(network: Network | undefined): NodeInfoJson {
  if (network === undefined) return { peerId: null, addresses: [] }
  const { verdict, addresses, inboundPeers, outboundPeers, inboundPlaces } = network.reachability()
  return {
    peerId: network.peerId,
    addresses: network.addresses(),
    reachability: {
      ...{ verdict, inboundPeers, outboundPeers, inboundPlaces },
      addresses: addresses.map(({ address, verified, kind }) => ({ address, verified, kind })),
    },
  }
}

function entryToJson({ id, peer, locations, role, score, roundTripMs, lastSeenMs }: PeerEntry): PeerJson {
  return {
    ...{ id, role, score, lastSeenMs, locations },
    connected: peer !== undefined,
    roundTripMs: roundTripMs ?? null,
    ...(peer === undefined ? {} : peerToJson(peer)),
  }
}

function peerToJson({ address, direction, connectedAtMs, status }: Peer): Partial<PeerJson> {
  const { headNumber, headHash, totalWork, version, domain, services } = status
  return {
    ...{ address, direction, connectedAtMs, version, domain },
    head: { number: Number(headNumber), hash: bytesToHex(headHash), totalWork: String(totalWork) },
    services: { ...services },
  }
}

function banToJson({ target, untilMs, reason }: Ban): BanJson {
  return { target, untilMs, reason }
}
