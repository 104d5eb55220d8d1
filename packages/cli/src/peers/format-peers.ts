import type { BanJson } from '@poai/api/client'
import { formatSeconds, formatTable } from '@poai/testnet/terminal'
import type { NetReport, PeerReport } from './peer-reports.ts'

/** Peers as a table. */
export function formatPeers(peers: readonly PeerReport[], nowMs: number): string {
  if (peers.length === 0) return 'No peers. Add one: poai peers add /ip4/ADDRESS/tcp/PORT/p2p/PEER-ID\n'
  return formatTable([
    ['PEER', 'ADDRESS', 'WAY', 'ROLE', 'SCORE', 'PING', 'HEAD', 'VERSION'],
    ...peers.map((peer) => [
      peer.id,
      peer.address || (peer.locations[0] ?? '-'),
      peer.isConnected ? peer.direction : lastSeen(peer, nowMs),
      peer.role,
      peer.score.toFixed(0),
      peer.roundTripMs === undefined ? '-' : `${peer.roundTripMs.toFixed(0)} ms`,
      peer.head === undefined ? '-' : `${peer.head}`,
      peer.version || '-',
    ]),
  ])
}

function lastSeen({ lastSeenMs }: PeerReport, nowMs: number): string {
  return lastSeenMs === 0 ? 'never seen' : `${formatSeconds((nowMs - lastSeenMs) / 1000)} ago`
}

export function formatBans(bans: readonly BanJson[], nowMs: number): string {
  if (bans.length === 0) return 'Nobody is banned.\n'
  return formatTable([
    ['BANNED', 'FOR', 'BECAUSE OF'],
    ...bans.map(({ target, untilMs, reason }) => [target, formatSeconds((untilMs - nowMs) / 1000), reason]),
  ])
}

const VERDICTS: Readonly<Record<NetReport['verdict'], string>> = {
  public: 'yes: nodes on the internet connect to it',
  private: 'from this machine or its local network only, as far as is known',
  'outbound-only': 'probably not: no peer has connected to it; a router or a firewall may be in the way',
  unknown: 'not known yet: no peers',
}

/** How a node is reached, as a table. */
export function formatNet(net: NetReport): string {
  const lines = [
    ['Peer id', net.peerId || '-'],
    ['Reachable', VERDICTS[net.verdict]],
    ['Peers', `${net.outboundPeers} outbound, ${net.inboundPeers} inbound from ${net.inboundPlaces} places`],
    ...net.addresses.map(({ address, kind, isVerified }, index) => [
      index === 0 ? 'Addresses' : '',
      `${address} (${kind}${isVerified ? ', verified' : ''})`,
    ]),
  ]
  return formatTable(lines)
}
