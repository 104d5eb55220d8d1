import { describe, expect, it } from 'vitest'
import { chooseEvicted, type InboundPeer } from '../../../src/peers/choose-evicted.ts'

const NEWCOMER = '8.8.8.8'

/** Peers of networks of their own, which came one after the other. */
function crowd(count: number): InboundPeer[] {
  return Array.from({ length: count }, (_, index) => ({
    id: `p${index}`,
    address: `10.${index}.0.1`,
    connectedAtMs: index,
    roundTripMs: undefined,
    broughtBlockAtMs: undefined,
  }))
}

/** Pushes out one after the other until nobody more goes. */
function evictAll(peers: readonly InboundPeer[]): readonly string[] {
  const evicted = chooseEvicted(peers, NEWCOMER)
  if (evicted === undefined) return []
  return [evicted, ...evictAll(peers.filter(({ id }) => id !== evicted))]
}

describe('the inbound peer that makes room', () => {
  it('is nobody where there is nobody, or one alone', () => {
    expect(chooseEvicted([], NEWCOMER)).toBeUndefined()
    expect(chooseEvicted(crowd(1), NEWCOMER)).toBeUndefined()
  })

  it('is the last that came, other things equal', () => {
    expect(chooseEvicted(crowd(10), NEWCOMER)).toBe('p9')
  })

  it('is one of the network with the most of them, whatever addresses it has there', () => {
    const peers = crowd(12).map((peer, index) =>
      index === 7 || index === 8 ? { ...peer, address: `192.0.${index}.1` } : peer,
    )
    expect(chooseEvicted(peers, NEWCOMER)).toBe('p8')
  })

  it('is one of the newcomer’s own network, if that has the most with it', () => {
    const peers = crowd(12).map((peer, index) => (index === 7 ? { ...peer, address: '8.8.0.1' } : peer))
    expect(chooseEvicted(peers, NEWCOMER)).toBe('p7')
    expect(chooseEvicted(peers, '9.9.9.9')).toBe('p11')
  })

  it('is nobody, if the newcomer’s network would have more places than any that is open', () => {
    const peers = crowd(12).map((peer, index) => (index === 0 ? { ...peer, address: '8.8.0.1' } : peer))
    expect(chooseEvicted(peers, NEWCOMER)).toBeUndefined()
    const pair = peers.map((peer, index) => (index === 9 ? { ...peer, address: '10.8.0.1' } : peer))
    expect(chooseEvicted(pair, NEWCOMER)).toBe('p9')
  })

  it('is never one of the four nearest', () => {
    const peers = crowd(12).map((peer, index) => ({ ...peer, roundTripMs: 100 - index }))
    expect(chooseEvicted(peers, NEWCOMER)).toBe('p7')
  })

  it('is never one of the four that brought blocks last', () => {
    const peers = crowd(12).map((peer, index) => ({ ...peer, broughtBlockAtMs: index }))
    expect(chooseEvicted(peers, NEWCOMER)).toBe('p7')
  })

  it('is never one of the older half, however many come', () => {
    const gone = evictAll(crowd(32))
    expect(gone).not.toContain('p0')
    expect(chooseEvicted(crowd(32), NEWCOMER)).not.toMatch(/^p(?:\d|1[0-5])$/)
  })
})
