import { silentLogger } from '@poai/core'
import { ManualClock } from '@poai/testing/manual-clock'
import { describe, expect, it } from 'vitest'
import type { Remote } from '../../../src/host/stream-host.ts'
import { NetworkError } from '../../../src/network-error.ts'
import { BAN_MS } from '../../../src/peers/ban-list.ts'
import type { InboundPeer } from '../../../src/peers/choose-evicted.ts'
import { ConnectedPeers } from '../../../src/peers/connected-peers.ts'
import { createNetworkGroups } from '../../../src/peers/network-groups.ts'
import { EVICTION_PAUSE_MS } from '../../../src/peers/peer-admission.ts'
import { PEER_DEFAULTS, type PeerLimits } from '../../../src/peers/peer-limits.ts'
import { PeerMemory } from '../../../src/peers/peer-memory.ts'
import { createMemoryPeerNotes } from '../../../src/peers/peer-notes.ts'
import { A_STATUS, FakeHandshake } from '../../support/fake-handshake.ts'
import { FakeHost } from '../../support/fake-host.ts'
import { OPEN_BOOK } from '../../support/peer-memory-options.ts'

const NO_MERITS: Pick<InboundPeer, 'roundTripMs' | 'broughtBlockAtMs'> = {
  roundTripMs: undefined,
  broughtBlockAtMs: undefined,
}

class Fixture {
  readonly clock: ManualClock = new ManualClock()
  readonly host: FakeHost = new FakeHost()
  readonly handshake: FakeHandshake = new FakeHandshake()
  readonly memory: PeerMemory = new PeerMemory(OPEN_BOOK, {
    notes: createMemoryPeerNotes(),
    clock: this.clock,
    logger: silentLogger,
  })
  readonly peers: ConnectedPeers
  readonly events: string[] = []
  readonly merits: Map<string, typeof NO_MERITS> = new Map()

  constructor(limits: Partial<PeerLimits> = {}) {
    this.peers = new ConnectedPeers(
      {
        groups: createNetworkGroups({ ...PEER_DEFAULTS, ...limits }),
        limits: { ...PEER_DEFAULTS, ...limits },
      },
      {
        host: this.host,
        memory: this.memory,
        meritsOf: (id) => this.merits.get(id) ?? NO_MERITS,
        clock: this.clock,
        logger: silentLogger,
      },
    )
    this.peers.onJoined(({ id }) => this.events.push(`${id} joined`))
    this.peers.onLeft(({ id }) => this.events.push(`${id} left`))
    this.peers.onStatus(({ id }) => this.events.push(`${id} status`))
  }

  async attached(): Promise<this> {
    await this.peers.attach(this.handshake)
    return this
  }

  /** Somebody dials us and shakes hands. */
  readonly greet = (who: Remote): void => {
    this.host.connect(who)
    this.handshake.greeted.emit({ remote: who, status: A_STATUS })
  }
}

function remote(id: string, address = '1.2.3.4', direction: 'in' | 'out' = 'in'): Remote {
  return { id, address, direction }
}

async function settled(): Promise<void> {
  await new Promise(setImmediate)
  await new Promise(setImmediate)
}

describe('connected peers', () => {
  it('join with their handshake, whoever dialled, and leave with their connection', async () => {
    const { host, peers, events, handshake, memory } = await new Fixture().attached()
    host.connect(remote('out', '1.2.3.5', 'out'))
    await settled()
    host.connect(remote('in'))
    expect(peers.list().map(({ id }) => id)).toEqual(['out'])
    handshake.greeted.emit({ remote: remote('in'), status: A_STATUS })
    handshake.greeted.emit({ remote: remote('in'), status: { ...A_STATUS, headNumber: 9n } })
    expect(peers.get('in')?.status.headNumber).toBe(9n)
    await host.disconnect('out')
    expect(events).toEqual(['out joined', 'in joined', 'in status', 'out left'])
    expect(memory.bans.list()).toEqual([])
  })

  it('are closed if they do not speak', async () => {
    const { host, clock, handshake } = await new Fixture().attached()
    host.connect(remote('silent'))
    await clock.advance(15_000)
    await settled()
    expect(host.open).toEqual([])
    expect(handshake.goodbyes).toEqual([['silent', 'bad-handshake']])
  })

  it('are let go and forgotten if they are of another network', async () => {
    const { host, memory, handshake, peers } = await new Fixture().attached()
    memory.known.learn('other', ['/ip4/1.2.3.4/tcp/1'], { origin: 'hearsay', toldBy: '8.8.8.8' })
    handshake.answer = () => new NetworkError('P2P_GOODBYE', 'no', { actual: 'other-network' })
    host.connect(remote('other', '1.2.3.4', 'out'))
    await settled()
    expect(host.open).toEqual([])
    expect(memory.known.get('other')).toBeUndefined()
    expect(peers.counts.goodbyes).toEqual({ 'other-network': 1 })
  })

  it('lose the connection at one score and are banned at the next', async () => {
    const { host, peers, memory, clock, greet } = await new Fixture().attached()
    greet(remote('bad'))
    peers.report('bad', 'failed-replay')
    await settled()
    expect(host.open).toHaveLength(1)
    peers.report('bad', 'request-timeout')
    peers.report('bad', 'request-timeout')
    await settled()
    expect(host.open).toEqual([])
    expect(memory.bans.list()).toEqual([])
    expect(peers.refusal(remote('bad'))).toBe('low-score')
    peers.report('bad', 'failed-replay')
    expect(peers.gate.admitsPeer('bad', '1.2.3.4', 'in')).toBe(false)
    expect(peers.gate.admitsPeer('good', '1.2.3.4', 'in')).toBe(true)
    clock.now += BAN_MS
    expect(peers.gate.admitsPeer('bad', '1.2.3.4', 'in')).toBe(true)
    expect(peers.counts.offences).toEqual({ 'failed-replay': 2, 'request-timeout': 2 })
  })

  it('are banned together with their address if many of it did wrong, unless honest ones share it', async () => {
    for (const sharedAddresses of [false, true]) {
      const { peers, greet } = await new Fixture({ sharedAddresses, maxPerAddress: 9 }).attached()
      for (const id of ['a', 'b', 'c']) {
        greet(remote(id))
        peers.report(id, 'malicious-block')
      }
      expect(peers.gate.admitsAddress('1.2.3.4')).toBe(sharedAddresses)
      expect(peers.gate.admitsPeer('d', '1.2.3.4', 'in')).toBe(sharedAddresses)
      expect(peers.gate.admitsAddress('1.2.3.5')).toBe(true)
    }
  })

  it('find room up to the limits: in all, and for each address', async () => {
    const { peers, memory, merits, greet } = await new Fixture({ maxInbound: 3, maxPerAddress: 2 }).attached()
    for (const id of ['a', 'b', 'd']) merits.set(id, { roundTripMs: 5, broughtBlockAtMs: undefined })
    greet(remote('a', '2001:db8::1'))
    greet(remote('b', '2001:db8::2'))
    expect(peers.refusal(remote('c', '2001:db8::3'))).toBe('same-address')
    greet(remote('d', '1.2.3.4'))
    expect(peers.refusal(remote('e', '1.2.3.5'))).toBe('too-many-peers')
    expect(peers.refusal(remote('e', '1.2.3.5', 'out'))).toBeUndefined()
    memory.known.appoint('friend', 'static')
    expect(peers.refusal(remote('friend', '2001:db8::3'))).toBeUndefined()
  })

  it('make room for newcomers, unless they are worth keeping', async () => {
    const { peers, merits, clock, handshake, greet } = await new Fixture({ maxInbound: 3 }).attached()
    for (const [index, id] of ['first', 'bringer', 'late'].entries()) {
      clock.now += 1
      greet(remote(id, `1.2.${index}.4`))
    }
    merits.set('bringer', { roundTripMs: undefined, broughtBlockAtMs: 1 })
    expect(peers.refusal(remote('new', '1.3.3.4'))).toBeUndefined()
    greet(remote('new', '1.3.3.4'))
    await settled()
    expect(peers.list().map(({ id }) => id)).toEqual(['first', 'bringer', 'new'])
    expect(handshake.goodbyes).toEqual([['late', 'too-many-peers']])
  })

  it('do not even get through the gate when connections abound', async () => {
    const { peers, host } = await new Fixture({ maxInbound: 4, maxPerAddress: 1 }).attached()
    host.connect(remote('a', '1.2.3.4'))
    expect(peers.gate.admitsAddress('1.2.3.4')).toBe(true)
    host.connect(remote('b', '1.2.3.4'))
    expect(peers.gate.admitsAddress('1.2.3.4')).toBe(false)
    for (let index = 0; index < 10; index++) host.connect(remote(`${index}`, `1.2.4.${index}`))
    expect(peers.gate.admitsAddress('1.2.5.1')).toBe(false)
  })

  it('are not kept without end because something dialled them', async () => {
    const { peers, host, handshake, memory } = await new Fixture({ targetOutbound: 1 }).attached()
    memory.known.appoint('friend', 'static')
    for (let index = 0; index < 9; index++) {
      host.connect(remote(`${index}`, `1.${index}.4.1`, 'out'))
      await settled()
    }
    expect(peers.counts.outbound).toBe(9)
    for (const id of ['late', 'friend']) host.connect(remote(id, '1.9.5.1', 'out'))
    await settled()
    expect(peers.get('friend')).toBeDefined()
    expect(peers.get('late')).toBeUndefined()
    expect(handshake.goodbyes).toEqual([['late', 'too-many-peers']])
  })

  it('are told goodbye when the node stops', async () => {
    const { peers, host, handshake, greet } = await new Fixture().attached()
    greet(remote('a'))
    await peers.stop()
    expect(handshake.goodbyes).toEqual([['a', 'shutting-down']])
    expect(host.open).toEqual([])
  })

  it('are chosen one of a network, those that an operator named aside', async () => {
    const { peers, host, memory, handshake } = await new Fixture().attached()
    memory.known.appoint('friend', 'static')
    for (const [id, address] of [
      ['a', '6.6.1.1'],
      ['b', '6.6.2.1'],
      ['c', '6.7.1.1'],
      ['friend', '6.6.3.1'],
    ] as const) {
      host.connect(remote(id, address, 'out'))
    }
    await settled()
    expect(peers.list().map(({ id }) => id)).toEqual(['a', 'c', 'friend'])
    expect(handshake.goodbyes).toEqual([['b', 'same-address']])
  })

  it('count as seen if this node dialled them, and only then', async () => {
    const { host, memory, greet } = await new Fixture().attached()
    for (const [id, address] of [
      ['out', '6.6.1.1'],
      ['in', '6.7.1.1'],
    ] as const) {
      memory.known.learn(id, [`/ip4/${address}/tcp/1`], { origin: 'itself', toldBy: address })
    }
    host.connect(remote('out', '6.6.1.1', 'out'))
    greet(remote('in', '6.7.1.1'))
    await settled()
    expect(['out', 'in'].map((id) => memory.known.isTried(id))).toEqual([true, false])
    expect(memory.known.get('in')?.lastSeenMs).toBe(0)
  })

  it('do not join by a feeler, which only shows that they are there', async () => {
    const { peers, host, memory, events } = await new Fixture().attached()
    memory.known.learn('new', ['/ip4/6.6.1.1/tcp/1'], { origin: 'itself', toldBy: '6.6.1.1' })
    peers.expectFeeler('new')
    host.connect(remote('new', '6.6.1.1', 'out'))
    await settled()
    expect(events).toEqual([])
    expect(host.open).toEqual([])
    expect(memory.known.isTried('new')).toBe(true)
  })

  it('are replaced by newcomers of one network once a minute', async () => {
    const { peers, clock, greet } = await new Fixture({ maxInbound: 4 }).attached()
    for (let index = 0; index < 4; index++) {
      clock.now += 1
      greet(remote(`${index}`, `1.${index}.1.1`))
    }
    greet(remote('evil', '6.6.1.1'))
    await settled()
    expect(peers.list().map(({ id }) => id)).toEqual(['0', '1', '2', 'evil'])
    await peers.disconnect('evil', 'too-many-peers')
    greet(remote('back', '1.3.1.1'))
    expect(peers.refusal(remote('evil again', '6.6.2.1'))).toBe('too-many-peers')
    clock.now += EVICTION_PAUSE_MS
    expect(peers.refusal(remote('evil again', '6.6.2.1'))).toBeUndefined()
  })
})
