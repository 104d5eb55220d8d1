import { silentLogger, utf8ToBytes } from '@poai/core'
import { createCommitter, createMemoryStore } from '@poai/storage'
import { ManualClock } from '@poai/testing/manual-clock'
import { describe, expect, it } from 'vitest'
import { SCORE_HALF_LIFE_MS } from '../../../src/peers/offences.ts'
import { PeerMemory } from '../../../src/peers/peer-memory.ts'
import { createMemoryPeerNotes, createStoredPeerNotes, type PeerNotes } from '../../../src/peers/peer-notes.ts'

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
    const memory = new PeerMemory({ notes, clock, logger: silentLogger })
    memory.known.put('a', { peerId: 'a', locations: ['/ip4/1.2.3.4/tcp/1'], role: 'static' })
    memory.known.put('hearsay', { peerId: 'hearsay', locations: ['/ip4/1.2.3.4/tcp/2'] })
    memory.scores.add('b', -40)
    memory.ban({ target: 'ip:1.2.3.4', untilMs: clock.now + SCORE_HALF_LIFE_MS * 2, reason: 'failed-replay' })
    memory.ban({ target: 'short', untilMs: clock.now + 1000, reason: 'operator' })
    for (const name of ['a', 'b', 'hearsay']) memory.save(name)
    await memory.saved()
    clock.now += SCORE_HALF_LIFE_MS
    const again = new PeerMemory({ notes, clock, logger: silentLogger })
    await again.load()
    expect(again.known.list()).toMatchObject([{ name: 'a', role: 'static', locations: ['/ip4/1.2.3.4/tcp/1'] }])
    expect(again.scores.scoreOf('b')).toBeCloseTo(-20)
    expect(again.bans.list()).toMatchObject([{ target: 'ip:1.2.3.4', reason: 'failed-replay' }])
  })

  it('forgets for good what it is told to forget', async () => {
    const clock = new ManualClock()
    const notes = await createNotes()
    const memory = new PeerMemory({ notes, clock, logger: silentLogger })
    memory.known.put('a', { peerId: 'a', locations: ['/ip4/1.2.3.4/tcp/1'], role: 'static' })
    memory.save('a')
    await memory.saved()
    memory.forget('a')
    await memory.saved()
    expect(await notes.load()).toEqual([])
  })

  it('drops a note that it cannot read', async () => {
    const notes = await createNotes()
    await notes.save(utf8ToBytes('a'), Uint8Array.of(0xc1, 0x01))
    const memory = new PeerMemory({ notes, clock: new ManualClock(), logger: silentLogger })
    await memory.load()
    expect(memory.known.list()).toEqual([])
    expect(await notes.load()).toEqual([])
  })
})
