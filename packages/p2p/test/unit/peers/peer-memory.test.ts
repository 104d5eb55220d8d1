import { silentLogger, utf8ToBytes } from '@poai/core'
import { createCommitter, createMemoryStore } from '@poai/storage'
import { ManualClock } from '@poai/testing/manual-clock'
import { describe, expect, it } from 'vitest'
import { SCORE_HALF_LIFE_MS } from '../../../src/peers/offences.ts'
import { MAX_ANCHORS, PeerMemory } from '../../../src/peers/peer-memory.ts'
import { createMemoryPeerNotes, createStoredPeerNotes, type PeerNotes } from '../../../src/peers/peer-notes.ts'
import { oldPeerRecordCodec, peerRecordCodec } from '../../../src/peers/peer-record.ts'
import { MAX_SCORES } from '../../../src/peers/score-board.ts'
import { OPEN_BOOK } from '../../support/peer-memory-options.ts'

const NOTES: Readonly<Record<string, () => Promise<PeerNotes>>> = {
  'in memory': async () => createMemoryPeerNotes(),
  'in a store': async () => {
    const store = createMemoryStore()
    return createStoredPeerNotes(store, await createCommitter(store))
  },
}

describe.each(Object.entries(NOTES))('the memory of peers with notes %s', (_, createNotes) => {
  it('finds peers, scores and bans again', async () => {
    const clock = new ManualClock()
    const notes = await createNotes()
    const memory = new PeerMemory(OPEN_BOOK, { notes, clock, logger: silentLogger })
    memory.known.appoint('a', 'static', { peerId: 'a', locations: ['/ip4/1.2.3.4/tcp/1'] })
    memory.known.appoint('boot', 'bootnode', { peerId: 'boot', locations: ['/ip4/1.2.3.4/tcp/2'] })
    memory.scores.add('b', -40)
    memory.ban({ target: 'ip:1.2.3.4', untilMs: clock.now + SCORE_HALF_LIFE_MS * 2, reason: 'failed-replay' })
    memory.ban({ target: 'short', untilMs: clock.now + 1000, reason: 'operator' })
    for (const name of ['a', 'b', 'boot']) memory.save(name)
    await memory.saved()
    clock.now += SCORE_HALF_LIFE_MS
    const again = new PeerMemory(OPEN_BOOK, { notes, clock, logger: silentLogger })
    await again.load()
    expect(again.known.list()).toMatchObject([{ name: 'a', role: 'static', locations: ['/ip4/1.2.3.4/tcp/1'] }])
    expect(again.scores.scoreOf('b')).toBeCloseTo(-20)
    expect(again.bans.list()).toMatchObject([{ target: 'ip:1.2.3.4', reason: 'failed-replay' }])
  })

  it('forgets for good what it is told to forget', async () => {
    const clock = new ManualClock()
    const notes = await createNotes()
    const memory = new PeerMemory(OPEN_BOOK, { notes, clock, logger: silentLogger })
    memory.known.appoint('a', 'static', { peerId: 'a', locations: ['/ip4/1.2.3.4/tcp/1'] })
    memory.save('a')
    await memory.saved()
    memory.forget('a')
    await memory.saved()
    expect(await notes.load()).toEqual([])
  })

  it('keeps no note of a score that made room or has faded', async () => {
    const clock = new ManualClock()
    const notes = await createNotes()
    const memory = new PeerMemory(OPEN_BOOK, { notes, clock, logger: silentLogger })
    for (let index = 0; index <= MAX_SCORES; index++) {
      memory.scores.add(`name ${index}`, index === 0 ? -1 : -10)
      memory.save(`name ${index}`)
    }
    await memory.saved()
    expect(await notes.load()).toHaveLength(MAX_SCORES)
    clock.now += 20 * SCORE_HALF_LIFE_MS
    const again = new PeerMemory(OPEN_BOOK, { notes, clock, logger: silentLogger })
    await again.load()
    await again.saved()
    expect(await notes.load()).toEqual([])
  })

  it('drops a note that it cannot read', async () => {
    const notes = await createNotes()
    await notes.save(utf8ToBytes('a'), Uint8Array.of(0xc1, 0x01))
    const memory = new PeerMemory(OPEN_BOOK, { notes, clock: new ManualClock(), logger: silentLogger })
    await memory.load()
    expect(memory.known.list()).toEqual([])
    expect(await notes.load()).toEqual([])
  })

  it('finds again what was tried, what was only heard of, and the anchors', async () => {
    const clock = new ManualClock()
    const notes = await createNotes()
    const memory = new PeerMemory(OPEN_BOOK, { notes, clock, logger: silentLogger })
    const heard = { origin: 'itself', toldBy: '1.2.3.4' } as const
    for (const name of ['a', 'b', 'c', 'd', 'new']) memory.known.learn(name, ['/ip4/1.2.3.4/tcp/1'], heard)
    for (const name of ['a', 'b', 'c', 'd']) memory.known.succeeded(name, { address: '1.2.3.4', nowMs: clock.now })
    for (const name of ['a', 'b', 'c', 'd', 'new']) memory.save(name)
    memory.anchor(['b', 'c', 'd'])
    await memory.saved()
    memory.anchor(['a', 'c', 'd'])
    await memory.saved()
    const again = new PeerMemory(OPEN_BOOK, { notes, clock, logger: silentLogger })
    await again.load()
    expect(again.anchors).toHaveLength(MAX_ANCHORS)
    expect(again.anchors.toSorted()).toEqual(['a', 'c', 'd'])
    expect(again.known.isTried('a')).toBe(true)
    expect(again.known.get('a')).toMatchObject({ address: '1.2.3.4', group: '1.2/16', lastSeenMs: clock.now })
    expect(again.known.isTried('new')).toBe(false)
    expect(again.known.get('new')).toMatchObject({ source: '1.2/16', lastSeenMs: 0 })
    again.forget('a')
    expect(again.anchors.toSorted()).toEqual(['c', 'd'])
  })

  it('takes over notes of before, without what they say of being seen', async () => {
    const clock = new ManualClock()
    const notes = await createNotes()
    const old = {
      ...{ locations: ['/ip4/1.2.3.4/tcp/1'], isStatic: 0, lastSeenSeconds: 5n, demerits: 0, scoredAtSeconds: 0n },
      ...{ bannedUntilSeconds: BigInt(clock.now), banReason: 'operator' },
    }
    await notes.save(utf8ToBytes('found'), oldPeerRecordCodec.encode(old))
    await notes.save(utf8ToBytes('static'), oldPeerRecordCodec.encode({ ...old, isStatic: 1 }))
    const memory = new PeerMemory(OPEN_BOOK, { notes, clock, logger: silentLogger })
    await memory.load()
    await memory.saved()
    expect(memory.known.get('static')).toMatchObject({ role: 'static', lastSeenMs: 0 })
    expect(memory.known.get('found')).toMatchObject({ role: 'found', lastSeenMs: 0, source: '1.2/16' })
    expect(memory.known.isTried('found')).toBe(false)
    expect(memory.bans.list().map(({ target }) => target)).toEqual(['found', 'static'])
    for (const [, bytes] of await notes.load()) expect(peerRecordCodec.decode(bytes).source).toBe('1.2/16')
  })
})
