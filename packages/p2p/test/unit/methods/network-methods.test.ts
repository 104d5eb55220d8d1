import { type Maybe, RpcError } from '@poai/api'
import { callMethod } from '@poai/testing/call-method'
import { expect, it } from 'vitest'
import { networkMethods, type ShownNetwork } from '../../../src/index.ts'
import type { Peer } from '../../../src/peers/peer.ts'
import type { PeerEntry } from '../../../src/peers/peer-book.ts'
import { A_STATUS } from '../../support/fake-handshake.ts'

const BAN = { target: '192.0.2.9', untilMs: 60_000, reason: 'operator' } as const
const KNOWN: PeerEntry = {
  ...{ id: 'a known one', peer: undefined, locations: ['/ip4/192.0.2.2/tcp/1'], role: 'found', score: -1 },
  ...{ roundTripMs: undefined, lastSeenMs: 0 },
}
const PEER: Peer = {
  ...{ id: 'a connected one', address: '192.0.2.1', direction: 'in', status: A_STATUS, connectedAtMs: 1 },
}
const CONNECTED: PeerEntry = { ...KNOWN, id: PEER.id, roundTripMs: 0.7, peer: PEER }

/** A network with two peers, which tells what was done to it. */
function joinedNetwork(): { readonly network: Maybe<ShownNetwork>; readonly done: unknown[] } {
  const done: unknown[] = []
  const now: ShownNetwork = {
    peerId: 'this one',
    addresses: () => ['/ip4/127.0.0.1/tcp/1/p2p/this-one'],
    reachability: () => ({
      ...{ verdict: 'public', inboundPeers: 1, outboundPeers: 0, inboundPlaces: 1 },
      addresses: [{ address: '/ip4/192.0.2.3/tcp/1', verified: true, kind: 'observed' }],
    }),
    peers: {
      list: () => [CONNECTED, KNOWN],
      connected: () => [PEER],
      add: (address) => {
        done.push(['add', address])
        return KNOWN
      },
      remove: async (id) => id === KNOWN.id,
      ban: (target, forMs) => {
        done.push(['ban', target, forMs])
        return BAN
      },
      unban: (target) => target === BAN.target,
      bans: () => [BAN],
    },
  }
  return { network: { now, require: () => now }, done }
}

it('tells of peers that are connected and of those that are known', async () => {
  const methods = networkMethods(joinedNetwork().network)
  expect(await callMethod(methods, 'net_listening')).toBe(true)
  expect(await callMethod(methods, 'net_peerCount')).toBe('0x1')
  for (const name of ['poai_peers', 'admin_peers'] as const) {
    expect(await callMethod(methods, name)).toMatchObject([
      { id: 'a connected one', connected: true, roundTripMs: 0.7, direction: 'in', head: { number: 1 } },
      { id: 'a known one', connected: false, roundTripMs: null },
    ])
  }
  expect(await callMethod(methods, 'admin_nodeInfo')).toMatchObject({ reachability: { verdict: 'public' } })
})

it('does what the owner wants', async () => {
  const { network, done } = joinedNetwork()
  const methods = networkMethods(network)
  expect(await callMethod(methods, 'admin_addPeer', '/ip4/192.0.2.2/tcp/1')).toBe(true)
  expect(await callMethod(methods, 'admin_removePeer', 'nobody')).toBe(false)
  expect(await callMethod(methods, 'admin_ban', BAN.target)).toEqual(BAN)
  expect(await callMethod(methods, 'admin_ban', BAN.target, '0x10')).toEqual(BAN)
  expect(await callMethod(methods, 'admin_unban', BAN.target)).toBe(true)
  expect(await callMethod(methods, 'admin_bans')).toEqual([BAN])
  expect(done).toEqual([
    ['add', '/ip4/192.0.2.2/tcp/1'],
    ['ban', BAN.target, undefined],
    ['ban', BAN.target, 16],
  ])
})

it('takes addresses up to 512 characters, and no longer ones', async () => {
  const methods = networkMethods(joinedNetwork().network)
  expect(await callMethod(methods, 'admin_unban', 'x'.repeat(512))).toBe(false)
  await expect(callMethod(methods, 'admin_unban', 'x'.repeat(513))).rejects.toMatchObject({ code: -32_602 })
})

it('before the node has joined, there is nobody, and nothing to change', async () => {
  const missing = new RpcError('unavailable', 'not yet')
  const methods = networkMethods({
    now: undefined,
    require: () => {
      throw missing
    },
  })
  expect(await callMethod(methods, 'net_listening')).toBe(false)
  expect(await callMethod(methods, 'net_peerCount')).toBe('0x0')
  expect(await callMethod(methods, 'poai_peers')).toEqual([])
  expect(await callMethod(methods, 'admin_bans')).toEqual([])
  expect(await callMethod(methods, 'admin_nodeInfo')).toEqual({ peerId: null, addresses: [] })
  await expect(callMethod(methods, 'admin_ban', BAN.target)).rejects.toBe(missing)
})
