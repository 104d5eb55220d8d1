import { silentLogger } from '@poai/core'
import { ManualClock } from '@poai/testing/manual-clock'
import { describe, expect, it } from 'vitest'
import { ANCHOR_AGE_MS } from '../../../src/peers/anchors.ts'
import type { ConnectedPeers } from '../../../src/peers/connected-peers.ts'
import { Dialer, type DialerOptions, FEELER_MS } from '../../../src/peers/dialer.ts'
import type { Peer } from '../../../src/peers/peer.ts'
import { PeerMemory } from '../../../src/peers/peer-memory.ts'
import { createMemoryPeerNotes } from '../../../src/peers/peer-notes.ts'
import { A_STATUS } from '../../support/fake-handshake.ts'
import { FakeHost } from '../../support/fake-host.ts'
import { OPEN_BOOK } from '../../support/peer-memory-options.ts'

const ID = '12D3KooWGRYZDHNVnvCwPQNEyvzmzyBDZ8q3iNLVmMxV8XaZbZQS'
const HEARSAY = { origin: 'hearsay', toldBy: '9.9.9.9' } as const
const BOOTNODE = '/dns4/boot.example/tcp/1'

class Fixture {
  readonly clock: ManualClock = new ManualClock()
  readonly host: FakeHost = new FakeHost()
  readonly connected: Peer[] = []
  readonly feelers: string[] = []
  readonly memory: PeerMemory = new PeerMemory(OPEN_BOOK, {
    notes: createMemoryPeerNotes(),
    clock: this.clock,
    logger: silentLogger,
  })
  readonly dialer: Dialer

  constructor(options: Partial<DialerOptions> = {}) {
    const peers: Pick<ConnectedPeers, 'get' | 'list' | 'expectFeeler'> = {
      get: (id) => this.connected.find((peer) => peer.id === id),
      list: () => this.connected,
      expectFeeler: (id) => {
        this.feelers.push(id)
        return () => undefined
      },
    }
    this.dialer = new Dialer(
      {
        ownId: 'self',
        targetOutbound: 2,
        bootnodes: [],
        staticPeers: [],
        privateAddresses: false,
        groups: OPEN_BOOK.groups,
        ...options,
      },
      { host: this.host, peers, memory: this.memory, clock: this.clock, random: () => 0.5, logger: silentLogger },
    )
  }

  /** Lets so much time pass in steps of the dialer's tick; says when something was dialled. */
  async dialsWithin(ms: number): Promise<readonly number[]> {
    const begin = this.clock.now
    const times: number[] = []
    for (let passed = 0; passed < ms; passed += 500) {
      const before = this.host.dialled.length
      await this.clock.advance(500)
      await new Promise(setImmediate)
      if (this.host.dialled.length > before) times.push(this.clock.now - begin)
    }
    return times
  }

  connect(id: string, direction: 'in' | 'out' = 'out'): void {
    this.connected.push({ id, address: '1.2.3.4', direction, status: A_STATUS, connectedAtMs: 0 })
  }
}

describe('a dialer', () => {
  it('dials a static peer again and again, with pauses that grow to half a minute', async () => {
    const fixture = new Fixture({ staticPeers: [`/ip4/1.2.3.4/tcp/1/p2p/${ID}`] })
    await fixture.dialer.start()
    const times = await fixture.dialsWithin(120_000)
    const pauses = times.slice(1).map((time, index) => time - (times[index] ?? 0))
    expect(pauses.slice(0, 4)).toEqual([2000, 4000, 8000, 16_000])
    expect(Math.max(...pauses)).toBeLessThanOrEqual(30_000)
    expect(pauses.length).toBeGreaterThan(7)
    await fixture.dialer.stop()
  })

  it('stops at its target, static peers aside', async () => {
    const fixture = new Fixture({ staticPeers: [`/ip4/1.2.3.4/tcp/1/p2p/${ID}`] })
    fixture.connect('a')
    fixture.connect('b')
    fixture.memory.known.learn('c', ['/ip4/8.8.8.8/tcp/1'], HEARSAY)
    await fixture.dialer.start()
    await fixture.dialsWithin(2000)
    expect(fixture.host.dialled.flat().every((address) => address.endsWith(ID))).toBe(true)
    await fixture.dialer.stop()
  })

  it('asks bootnodes only while it has few peers', async () => {
    const fixture = new Fixture({ bootnodes: [BOOTNODE], targetOutbound: 8 })
    for (const id of ['a', 'b', 'c']) fixture.connect(id, 'in')
    await fixture.dialer.start()
    await fixture.dialsWithin(2000)
    expect(fixture.host.dialled).toEqual([])
    fixture.connected.pop()
    await fixture.dialsWithin(1000)
    expect(fixture.host.dialled).toEqual([[BOOTNODE]])
    await fixture.dialer.stop()
  })

  it('learns who is behind an address without a peer id', async () => {
    const fixture = new Fixture({ staticPeers: [BOOTNODE] })
    fixture.host.answer = () => ({ id: ID, address: '8.8.8.8', direction: 'out' })
    await fixture.dialer.start()
    await fixture.dialsWithin(500)
    expect(fixture.memory.known.list()).toMatchObject([{ name: ID, peerId: ID, role: 'static', locations: [BOOTNODE] }])
    await fixture.dialer.stop()
  })

  it('dials what others tell of, but not into private networks, and not itself', async () => {
    const fixture = new Fixture()
    await fixture.dialer.start()
    fixture.host.found.emit({
      ...HEARSAY,
      peerId: 'a',
      locations: ['/ip4/10.0.0.1/tcp/1', 'junk', '/ip4/8.8.8.8/tcp/1'],
    })
    fixture.host.found.emit({ ...HEARSAY, peerId: 'b', locations: ['/ip4/127.0.0.1/tcp/1'] })
    fixture.host.found.emit({ ...HEARSAY, peerId: 'self', locations: ['/ip4/8.8.8.8/tcp/1'] })
    await fixture.dialsWithin(1000)
    expect(fixture.host.dialled).toEqual([['/ip4/8.8.8.8/tcp/1/p2p/a']])
    await fixture.dialer.stop()
  })

  it('dials into its own network what it hears there, and what is told while nobody else is there', async () => {
    const fixture = new Fixture({ privateAddresses: true, targetOutbound: 8 })
    await fixture.dialer.start()
    fixture.host.found.emit({ ...HEARSAY, peerId: 'a', locations: ['/ip4/10.0.0.1/tcp/1'] })
    fixture.connect('from outside')
    fixture.host.found.emit({ ...HEARSAY, peerId: 'b', locations: ['/ip4/10.0.0.2/tcp/1'] })
    fixture.host.found.emit({ origin: 'near', toldBy: '', peerId: 'c', locations: ['/ip4/10.0.0.3/tcp/1'] })
    await fixture.dialsWithin(1000)
    expect(fixture.host.dialled.flat().sort()).toEqual(['/ip4/10.0.0.1/tcp/1/p2p/a', '/ip4/10.0.0.3/tcp/1/p2p/c'])
    await fixture.dialer.stop()
  })

  it('leaves out who is banned or has a low score', async () => {
    const fixture = new Fixture()
    fixture.memory.known.learn('a', ['/ip4/8.8.8.8/tcp/1'], HEARSAY)
    fixture.memory.known.learn('b', ['/ip4/8.8.8.8/tcp/2'], HEARSAY)
    fixture.memory.ban({ target: 'a', untilMs: fixture.clock.now + 1e9, reason: 'operator' })
    fixture.memory.scores.add('b', -90)
    await fixture.dialer.start()
    await fixture.dialsWithin(2000)
    expect(fixture.host.dialled).toEqual([])
    await fixture.dialer.stop()
  })

  it('asks for more nodes while it has too few of its own: often with few peers, rarely with more, never with none', async () => {
    const fixture = new Fixture({ targetOutbound: 8 })
    await fixture.dialer.start()
    await fixture.dialsWithin(20_000)
    expect(fixture.host.explored).toBe(0)
    fixture.connect('a')
    await fixture.dialsWithin(20_000)
    expect(fixture.host.explored).toBe(4)
    for (const id of ['b', 'c', 'd']) fixture.connect(id)
    await fixture.dialsWithin(60_000)
    expect(fixture.host.explored).toBe(6)
    await fixture.dialer.stop()
  })

  it('refuses what is no address', () => {
    expect(() => new Fixture().dialer.add('example.com:30404')).toThrow('not an address of a node')
  })

  it('tests a new one every two minutes once all places are taken, and keeps old peers as anchors', async () => {
    const fixture = new Fixture()
    for (const [id, address] of [
      ['a', '1.2.3.4'],
      ['b', '1.3.3.4'],
      ['c', '8.8.8.8'],
    ] as const) {
      fixture.memory.known.learn(id, [`/ip4/${address}/tcp/1`], HEARSAY)
    }
    for (const id of ['a', 'b']) {
      fixture.memory.known.succeeded(id, { address: '1.2.3.4', nowMs: 1 })
      fixture.connected.push({
        ...{ id, address: '1.2.3.4', direction: 'out' },
        status: A_STATUS,
        connectedAtMs: fixture.clock.now,
      })
    }
    await fixture.dialer.start()
    await fixture.dialsWithin(FEELER_MS - 500)
    expect(fixture.host.dialled).toEqual([])
    await fixture.dialsWithin(1000)
    expect(fixture.host.dialled).toEqual([['/ip4/8.8.8.8/tcp/1/p2p/c']])
    expect(fixture.feelers).toEqual(['c'])
    expect(fixture.memory.anchors).toEqual([])
    fixture.clock.now += ANCHOR_AGE_MS
    await fixture.dialsWithin(500)
    expect(fixture.memory.anchors).toEqual(['a', 'b'])
    await fixture.dialer.stop()
  })
})
