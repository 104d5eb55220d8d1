import { describe, expect, it } from 'vitest'
import { KnownPeers, MAX_KNOWN_PEERS } from '../../../src/peers/known-peers.ts'

describe('the known peers', () => {
  it('forget a node that nobody ever reached after four dials', () => {
    const peers = new KnownPeers()
    peers.learn('a', ['/ip4/1.2.3.4/tcp/1'])
    for (let dial = 0; dial < 3; dial++) expect(peers.failed('a', 0)).toBeDefined()
    expect(peers.failed('a', 0)).toBeUndefined()
    expect(peers.get('a')).toBeUndefined()
  })

  it('keep one that was reached, and one that an operator named', () => {
    const peers = new KnownPeers()
    peers.learn('a', ['/ip4/1.2.3.4/tcp/1'])
    peers.succeeded('a', 5)
    peers.put('b', { role: 'static' })
    for (let dial = 0; dial < 20; dial++) for (const name of ['a', 'b']) peers.failed(name, 7)
    expect(peers.get('a')).toMatchObject({ failures: 20, nextDialMs: 7, lastSeenMs: 5 })
    expect(peers.get('b')).toMatchObject({ failures: 20 })
    expect(peers.succeeded('a', 9)).toMatchObject({ failures: 0, nextDialMs: 0 })
  })

  it('keep eight locations of a node, what was known first', () => {
    const peers = new KnownPeers()
    peers.learn('a', ['/ip4/1.2.3.4/tcp/1'])
    peers.learn(
      'a',
      Array.from({ length: 20 }, (_, port) => `/ip4/1.2.3.4/tcp/${port + 1}`),
    )
    expect(peers.get('a')?.locations).toHaveLength(8)
    expect(peers.get('a')?.locations[0]).toBe('/ip4/1.2.3.4/tcp/1')
  })

  it('make room by forgetting hearsay, never what an operator named', () => {
    const peers = new KnownPeers()
    peers.put('static', { role: 'static' })
    peers.put('seen', { lastSeenMs: 1 })
    for (let index = 0; index < MAX_KNOWN_PEERS; index++) peers.learn(`peer ${index}`, [])
    expect(peers.list()).toHaveLength(MAX_KNOWN_PEERS)
    expect(peers.get('static')).toBeDefined()
    expect(peers.get('seen')).toBeDefined()
  })
})
