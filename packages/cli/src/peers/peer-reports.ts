import type { BanJson, NodeInfoJson, PeerJson } from '@poai/api/client'
import { printable } from '@poai/testnet/terminal'

/** A peer as this program reports it. Text that strangers chose is safe to print. */
export interface PeerReport {
  readonly id: string
  readonly isConnected: boolean
  readonly role: string
  readonly score: number
  /** Empty if it is not connected. */
  readonly address: string
  readonly direction: string
  readonly head: number | undefined
  readonly version: string
  readonly roundTripMs: number | undefined
  readonly locations: readonly string[]
  /** Milliseconds since 1970; 0 if never. */
  readonly lastSeenMs: number
}

/** A node's own place in the network, as this program reports it. */
export interface NetReport {
  readonly peerId: string
  readonly verdict: NonNullable<NodeInfoJson['reachability']>['verdict']
  readonly inboundPeers: number
  readonly inboundPlaces: number
  readonly outboundPeers: number
  readonly addresses: readonly { readonly address: string; readonly kind: string; readonly isVerified: boolean }[]
}

/** Reports a peer of `admin_peers`. */
export function reportPeer(peer: PeerJson): PeerReport {
  return {
    id: printable(peer.id),
    isConnected: peer.connected,
    role: peer.role,
    score: peer.score,
    address: printable(peer.address ?? ''),
    direction: peer.direction ?? '',
    head: peer.head?.number,
    version: printable(peer.version ?? ''),
    roundTripMs: peer.roundTripMs ?? undefined,
    locations: peer.locations.map(printable),
    lastSeenMs: peer.lastSeenMs,
  }
}

/** Reports a ban of `admin_bans`. */
export function reportBan({ target, untilMs, reason }: BanJson): BanJson {
  return { target: printable(target), untilMs, reason: printable(reason) }
}

/** Reports the answer of `admin_nodeInfo`. */
export function reportNet({ peerId, reachability }: NodeInfoJson): NetReport {
  return {
    peerId: peerId ?? '',
    verdict: reachability?.verdict ?? 'unknown',
    inboundPeers: reachability?.inboundPeers ?? 0,
    inboundPlaces: reachability?.inboundPlaces ?? 0,
    outboundPeers: reachability?.outboundPeers ?? 0,
    addresses: (reachability?.addresses ?? []).map(({ address, kind, verified }) => ({
      address: printable(address),
      kind,
      isVerified: verified,
    })),
  }
}
