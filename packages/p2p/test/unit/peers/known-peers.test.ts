import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import {
  type Hearing,
  KnownPeers,
  MAX_BLIND_FAILURES,
  MAX_CONTESTS,
  MAX_FAILURES,
  MAX_TEST_FAILURES,
  MAX_TOLD_LOCATIONS,
  NEW_BUCKET_SIZE,
  NEW_BUCKETS,
  NEW_BUCKETS_PER_SOURCE,
  TRIED_BUCKET_SIZE,
  TRIED_BUCKETS,
  TRIED_BUCKETS_PER_GROUP,
} from '../../../src/peers/known-peers.ts'
import { OPEN_BOOK } from '../../support/peer-memory-options.ts'

const FROM_ONE = { origin: 'hearsay', toldBy: '9.9.9.9' } as const

function itself(address: string): Hearing {
  return { origin: 'itself', toldBy: address }
}

function at(address: string, port = 1): readonly string[] {
  return [`/ip4/${address}/tcp/${port}`]
}

/** A book that dialled so many nodes, each of a network of its own, one after the other. */
function bookOf(count: number): KnownPeers {
  const peers = new KnownPeers(OPEN_BOOK)
  for (let index = 0; index < count; index++) {
    const address = `${1 + (index >> 8)}.${index & 255}.1.1`
    peers.learn(`honest ${index}`, at(address), itself(address))
    peers.succeeded(`honest ${index}`, { address, nowMs: 1 + index })
  }
  return peers
}

/** A full book, a late one that found no place in it, and the one that is tested for its sake. */
function contest(address: string): { peers: KnownPeers; oldest: string; name: string } {
  const peers = bookOf(700)
  for (let port = 1; port < 100; port++) {
    const name = `late ${port}`
    peers.learn(name, at(address, port), itself(address))
    for (const peer of peers.contested()) peers.answered(peer.name)
    peers.succeeded(name, { address, nowMs: 10_000 })
    const [oldest] = peers.contested()
    if (oldest !== undefined) return { peers, oldest: oldest.name, name }
  }
  throw new RangeError('a full book has no room')
}

describe('the known peers', () => {
  it('forget a node that nobody ever reached after four dials', () => {
    const peers = new KnownPeers(OPEN_BOOK)
    peers.learn('a', at('1.2.3.4'), FROM_ONE)
    for (let dial = 1; dial < MAX_BLIND_FAILURES; dial++) expect(peers.failed('a')).toEqual([])
    expect(peers.get('a')).toBeDefined()
    expect(peers.failed('a')).toEqual(['a'])
    expect(peers.get('a')).toBeUndefined()
  })

  it('keep one that was dialled for two hundred failures, and one that an operator named for ever', () => {
    const peers = bookOf(1)
    peers.appoint('b', 'static', { locations: at('1.2.3.4') })
    peers.postpone('honest 0', 7)
    for (let dial = 1; dial < MAX_FAILURES; dial++) for (const name of ['honest 0', 'b']) peers.failed(name)
    expect(peers.get('honest 0')).toMatchObject({ failures: MAX_FAILURES - 1, nextDialMs: 7, lastSeenMs: 1 })
    peers.failed('honest 0')
    peers.failed('b')
    expect(peers.get('honest 0')).toBeUndefined()
    expect(peers.get('b')).toMatchObject({ failures: MAX_FAILURES })
    expect(peers.succeeded('b', { address: '1.2.3.4', nowMs: 9 })).toMatchObject({ failures: 0, nextDialMs: 0 })
  })

  it('keep eight locations of a node, and four of those that one other tells at a time', () => {
    const peers = new KnownPeers(OPEN_BOOK)
    const many = Array.from({ length: 20 }, (_, port) => `/ip4/1.2.3.4/tcp/${port + 1}`)
    peers.learn('a', many, FROM_ONE)
    expect(peers.get('a')?.locations).toEqual(many.slice(0, MAX_TOLD_LOCATIONS))
    peers.learn('a', many.slice(MAX_TOLD_LOCATIONS), FROM_ONE)
    expect(peers.get('a')?.locations).toEqual(many.slice(0, 8))
    peers.learn('a', at('5.6.7.8'), itself('5.6.7.8'))
    expect(peers.get('a')?.locations).toEqual(at('5.6.7.8'))
  })

  it('let nobody else say where a node is that was dialled, and keep first where it was reached', () => {
    const peers = bookOf(1)
    peers.learn('honest 0', at('6.6.6.6'), FROM_ONE)
    expect(peers.get('honest 0')?.locations).toEqual(at('1.0.1.1'))
    peers.learn('honest 0', at('6.6.6.6'), itself('6.6.6.6'))
    expect(peers.get('honest 0')).toMatchObject({
      locations: [...at('1.0.1.1'), ...at('6.6.6.6')],
      lastSeenMs: 1,
      group: '1.0/16',
    })
  })

  it('give what one network tells its own part of the new ones, and no more', () => {
    const peers = new KnownPeers(OPEN_BOOK)
    for (let index = 0; index < 5000; index++) {
      peers.learn(`peer ${index}`, at(`${1 + (index % 200)}.${index % 251}.1.1`), FROM_ONE)
    }
    expect(peers.list()).toHaveLength(NEW_BUCKETS_PER_SOURCE * NEW_BUCKET_SIZE)
    expect(peers.learn('other', at('1.2.3.4'), { origin: 'hearsay', toldBy: '8.8.8.8' })).toBeDefined()
  })

  it('give one network its own part of the tried ones, and no more', () => {
    const peers = new KnownPeers(OPEN_BOOK)
    for (let index = 0; index < 500; index++) {
      const address = `6.6.${index % 256}.1`
      peers.learn(`evil ${index}`, at(address), itself(`7.${index % 256}.1.1`))
      peers.succeeded(`evil ${index}`, { address, nowMs: index })
    }
    const tried = peers.buckets('tried').flat()
    expect(tried).toHaveLength(TRIED_BUCKETS_PER_GROUP * TRIED_BUCKET_SIZE)
    expect(peers.contested().length).toBeLessThanOrEqual(MAX_CONTESTS)
  })

  it('keep every tried node, whoever comes by himself, with however many names', () => {
    const peers = bookOf(200)
    const before = peers.buckets('tried').flat()
    for (let index = 0; index < 4 * 275; index++) {
      peers.learn(`evil ${index}`, at('127.250.0.1', index + 1), itself('127.250.0.1'))
    }
    expect(peers.buckets('tried').flat()).toEqual(before)
    expect(before.length).toBeGreaterThanOrEqual(195)
    expect(peers.list().filter(({ name }) => name.startsWith('evil')).length).toBeLessThanOrEqual(NEW_BUCKET_SIZE)
  })

  it('test the one that was longest not seen before another takes its place', () => {
    const { peers, oldest, name } = contest('66.6.6.6')
    expect(peers.isTried(oldest)).toBe(true)
    expect(peers.isTried(name)).toBe(false)
    for (let dial = 1; dial < MAX_TEST_FAILURES; dial++) expect(peers.failed(oldest)).toEqual([])
    expect(peers.isTried(oldest)).toBe(true)
    expect(peers.failed(oldest)).toEqual([oldest, name])
    expect(peers.isTried(oldest)).toBe(false)
    expect(peers.isTried(name)).toBe(true)
  })

  it('leave it there if it answers, even to turn us away', () => {
    for (const answer of ['handshake', 'goodbye'] as const) {
      const { peers, oldest, name } = contest('66.6.6.6')
      const address = peers.get(oldest)?.address ?? ''
      if (answer === 'handshake') peers.succeeded(oldest, { address, nowMs: 20_000 })
      else peers.answered(oldest)
      for (let dial = 0; dial < MAX_TEST_FAILURES; dial++) peers.failed(oldest)
      expect(peers.isTried(oldest)).toBe(true)
      expect(peers.isTried(name)).toBe(false)
    }
  })

  it('put a new one in the place of one that failed, never of one that was not dialled yet', () => {
    const peers = new KnownPeers(OPEN_BOOK)
    for (let index = 0; index < NEW_BUCKET_SIZE; index++)
      peers.learn(`peer ${index}`, at('1.2.3.4', index + 1), FROM_ONE)
    expect(peers.learn('late', at('1.2.3.5'), FROM_ONE)).toBeUndefined()
    peers.failed('peer 3')
    expect(peers.learn('late', at('1.2.3.5'), FROM_ONE)).toBeDefined()
    expect(peers.get('peer 3')).toBeUndefined()
  })

  it('keep to their bounds and know each node once, whatever happens', () => {
    const name = fc.integer({ min: 0, max: 400 }).map((id) => `p${id}`)
    const address = fc
      .tuple(fc.integer({ min: 1, max: 3 }), fc.integer({ min: 0, max: 9 }))
      .map(([a, b]) => `${a}.${b}.1.1`)
    const step = fc.oneof(
      fc.record({ kind: fc.constant('learn' as const), name, address, toldBy: address }),
      fc.record({ kind: fc.constant('succeed' as const), name, address, toldBy: address }),
      fc.record({ kind: fc.constant('fail' as const), name, address, toldBy: address }),
      fc.record({ kind: fc.constant('appoint' as const), name, address, toldBy: address }),
      fc.record({ kind: fc.constant('forget' as const), name, address, toldBy: address }),
    )
    fc.assert(
      fc.property(fc.array(step, { maxLength: 600 }), (steps) => {
        const peers = new KnownPeers(OPEN_BOOK)
        for (const [index, { kind, name: who, address: ip, toldBy }] of steps.entries()) {
          if (kind === 'learn') peers.learn(who, at(ip), itself(toldBy))
          if (kind === 'succeed') peers.succeeded(who, { address: ip, nowMs: index + 1, locations: at(ip) })
          if (kind === 'fail') peers.failed(who)
          if (kind === 'appoint') peers.appoint(who, 'static')
          if (kind === 'forget') peers.forget(who)
        }
        const names = peers.list().map((peer) => peer.name)
        expect(new Set(names).size).toBe(names.length)
        const [tried, fresh] = [peers.buckets('tried'), peers.buckets('new')]
        expect([tried.length, fresh.length]).toEqual([TRIED_BUCKETS, NEW_BUCKETS])
        for (const bucket of tried) expect(bucket.length).toBeLessThanOrEqual(TRIED_BUCKET_SIZE)
        for (const bucket of fresh) expect(bucket.length).toBeLessThanOrEqual(NEW_BUCKET_SIZE)
        for (const [table, most] of [
          [tried, TRIED_BUCKETS_PER_GROUP],
          [fresh, NEW_BUCKETS_PER_SOURCE],
        ] as const) {
          const buckets = new Map<string, Set<number>>()
          for (const [index, bucket] of table.entries()) {
            for (const peer of bucket) {
              const key = table === tried ? peer.group : peer.source
              buckets.set(key, (buckets.get(key) ?? new Set()).add(index))
            }
          }
          for (const reached of buckets.values()) expect(reached.size).toBeLessThanOrEqual(most)
        }
        for (const { lastSeenMs } of tried.flat()) expect(lastSeenMs).toBeGreaterThan(0)
      }),
      { numRuns: 100 },
    )
  })
})
