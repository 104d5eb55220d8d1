import type { BanJson, NodeInfoJson, PeerJson } from '@poai/api/client'
import { bytesToHex } from '@poai/core'
import type { Ban } from '../peers/ban-list.ts'
import type { Peer } from '../peers/peer.ts'
import type { PeerEntry } from '../peers/peer-book.ts'
import type { ShownNetwork } from './shown-network.ts'

/** Who the node is among others, and whether they can reach it. */
export function nodeInfoToJson(network: ShownNetwork | undefined): NodeInfoJson {
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

/** A peer that is connected, or one that is known. */
export function peerEntryToJson({ id, peer, locations, role, score, roundTripMs, lastSeenMs }: PeerEntry): PeerJson {
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

export function banToJson({ target, untilMs, reason }: Ban): BanJson {
  return { target, untilMs, reason }
}
