import type { Host, OwnAddress } from '../host/host.ts'
import { addressGroup, isPrivateAddress, isPrivateLocation } from '../host/multiaddresses.ts'
import type { Peer } from './peer.ts'

/** Whether others can connect to this node, as far as it can tell. */
export interface Reachability {
  /**
   * `public`: nodes of the internet do; `private`: nodes of this machine or its local network do; `unknown`: nobody has
   * connected yet; `outbound-only`: it has peers, and none of them came by itself; it may be behind a router that lets
   * nobody in.
   */
  readonly verdict: 'public' | 'private' | 'outbound-only' | 'unknown'
  readonly addresses: readonly OwnAddress[]
  /** Peers that connected to this node. */
  readonly inboundPeers: number
  readonly outboundPeers: number
  /** Distinct address groups of the inbound peers. */
  readonly inboundPlaces: number
}

/** What is known of it now. */
export function reachabilityOf(host: Pick<Host, 'ownAddresses'>, peers: readonly Peer[]): Reachability {
  const addresses = host.ownAddresses()
  const inbound = peers.filter(({ direction }) => direction === 'in')
  return {
    verdict: verdictOf(addresses, inbound, peers.length),
    addresses,
    inboundPeers: inbound.length,
    outboundPeers: peers.length - inbound.length,
    inboundPlaces: new Set(inbound.map(({ address }) => addressGroup(address))).size,
  }
}

function verdictOf(
  addresses: readonly OwnAddress[],
  inbound: readonly Peer[],
  peerCount: number,
): Reachability['verdict'] {
  const isVerified = addresses.some(({ address, verified }) => verified && !isPrivateLocation(address))
  const [fromOutside] = inbound.filter(({ address }) => !isPrivateAddress(address))
  if (isVerified || fromOutside !== undefined) return 'public'
  if (inbound.length > 0) return 'private'
  return peerCount > 0 ? 'outbound-only' : 'unknown'
}
