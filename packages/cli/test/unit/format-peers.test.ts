import type { PeerJson } from '@poai/api/client'
import { describe, expect, it } from 'vitest'
import { formatBans, formatNet, formatPeers } from '../../src/peers/format-peers.ts'
import { reportBan, reportNet, reportPeer } from '../../src/peers/peer-reports.ts'

const NOW = 1_800_000_000_000

describe('what a node says of its peers', () => {
  it('becomes a table', () => {
    const peers: readonly PeerJson[] = [
      {
        ...{ id: '12D3KooWA', role: 'static', score: -20.4, lastSeenMs: NOW, locations: ['/ip4/192.0.2.1/tcp/1'] },
        ...{ connected: true, roundTripMs: 12.3, address: '192.0.2.1', direction: 'out', version: 'poai/0.1.0' },
        head: { number: 7, hash: '0x00', totalWork: '9' },
      },
      {
        ...{ id: '12D3KooWB', role: 'found', score: 0, lastSeenMs: NOW - 90_000 },
        ...{ locations: ['/ip4/192.0.2.2/tcp/1'], connected: false, roundTripMs: null },
      },
    ]
    const [head, first, second] = formatPeers(peers.map(reportPeer), NOW)
      .split('\n')
      .map((line) => line.split(/ {2,}/))
    expect(head).toEqual(['PEER', 'ADDRESS', 'WAY', 'ROLE', 'SCORE', 'PING', 'HEAD', 'VERSION'])
    expect(first).toEqual(['12D3KooWA', '192.0.2.1', 'out', 'static', '-20', '12 ms', '7', 'poai/0.1.0'])
    expect(second).toEqual(['12D3KooWB', '/ip4/192.0.2.2/tcp/1', '1 min 30 s ago', 'found', '0', '-', '-', '-'])
    expect(formatPeers([], NOW)).toContain('poai peers add')
  })

  it('shows bans with the time that is left', () => {
    const bans = [{ target: 'ip:192.0.2.1', untilMs: NOW + 120_000, reason: 'failed-replay' }].map(reportBan)
    expect(formatBans(bans, NOW)).toContain('ip:192.0.2.1  2 min 0 s  failed-replay')
    expect(formatBans([], NOW)).toBe('Nobody is banned.\n')
  })

  it('says whether others reach the node', () => {
    const net = reportNet({
      ...{ peerId: '12D3KooWA', addresses: [] },
      reachability: {
        ...{ verdict: 'outbound-only', inboundPeers: 0, outboundPeers: 3, inboundPlaces: 0 },
        addresses: [{ address: '/ip4/192.0.2.1/tcp/1', kind: 'observed', verified: true }],
      },
    })
    expect(formatNet(net)).toContain('a router or a firewall may be in the way')
    expect(formatNet(net)).toContain('/ip4/192.0.2.1/tcp/1 (observed, verified)')
    expect(formatNet(reportNet({ peerId: null, addresses: [] }))).toContain('not known yet')
  })

  it('lets no control characters through', () => {
    const peer = reportPeer({
      ...{ id: 'a\u001b[31m\u009b', role: 'found', score: 0, lastSeenMs: 0, locations: [], connected: false },
      ...{ roundTripMs: null, version: 'x\ny' },
    })
    expect(peer).toMatchObject({ id: 'a [31m', version: 'x y' })
  })
})
