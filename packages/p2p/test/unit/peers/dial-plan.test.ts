import { describe, expect, it } from 'vitest'
import { type DialPlanScene, drawOne, planDials } from '../../../src/peers/dial-plan.ts'
import { KnownPeers } from '../../../src/peers/known-peers.ts'
import { OPEN_BOOK } from '../../support/peer-memory-options.ts'

function tried(known: KnownPeers, name: string, address: string): void {
  known.learn(name, [`/ip4/${address}/tcp/1`], { origin: 'itself', toldBy: address })
  known.succeeded(name, { address, nowMs: 1 })
}

/** Always the same drawing. */
function scene(known: KnownPeers, change: Partial<DialPlanScene> = {}): DialPlanScene {
  let seed = 1
  return {
    ...{ known, anchors: [], room: 8, needsBootnodes: false, isDue: () => true, hasFreeGroup: () => true },
    random: () => {
      seed = (seed * 48_271) % 2_147_483_647
      return seed / 2_147_483_647
    },
    ...change,
  }
}

describe('the plan of dials', () => {
  it('has at most one peer of a network, and none of one that is taken', () => {
    const known = new KnownPeers(OPEN_BOOK)
    for (let index = 0; index < 10; index++) tried(known, `evil ${index}`, `6.6.${index}.1`)
    tried(known, 'taken', '7.7.1.1')
    tried(known, 'honest', '8.8.1.1')
    const plan = planDials(scene(known, { hasFreeGroup: ({ group }) => group !== '7.7/16' }))
    expect(plan.map(({ group }) => group).sort()).toEqual(['6.6/16', '8.8/16'])
  })

  it('begins with anchors', () => {
    const known = new KnownPeers(OPEN_BOOK)
    for (let index = 0; index < 50; index++) tried(known, `peer ${index}`, `1.${index}.1.1`)
    const plan = planDials(scene(known, { anchors: ['peer 7', 'peer 31', 'gone'], room: 4 }))
    expect(plan).toHaveLength(4)
    expect(plan.slice(0, 2).map(({ name }) => name)).toEqual(['peer 7', 'peer 31'])
  })

  it('has all static peers, whatever room there is and whatever network they are of', () => {
    const known = new KnownPeers(OPEN_BOOK)
    for (const name of ['a', 'b']) known.appoint(name, 'static', { locations: ['/ip4/1.2.3.4/tcp/1'] })
    const plan = planDials(scene(known, { room: 0, hasFreeGroup: () => false }))
    expect(plan.map(({ name }) => name)).toEqual(['a', 'b'])
  })

  it('keeps a quarter for bootnodes while they are needed, and gives them what nobody else wants', () => {
    const known = new KnownPeers(OPEN_BOOK)
    for (let index = 0; index < 4; index++) known.appoint(`boot ${index}`, 'bootnode', { locations: ['/dns4/b/tcp/1'] })
    const names = (change: Partial<DialPlanScene>): readonly string[] =>
      planDials(scene(known, change)).map(({ name }) => name)
    expect(names({ needsBootnodes: false })).toEqual([])
    expect(names({ needsBootnodes: true })).toHaveLength(4)
    for (let index = 0; index < 50; index++) tried(known, `peer ${index}`, `1.${index}.1.1`)
    const plan = names({ needsBootnodes: true })
    expect(plan.filter((name) => name.startsWith('boot'))).toHaveLength(2)
    expect(plan).toHaveLength(8)
  })

  it('draws tried and new ones alike, and no full bucket more often than one with a single peer', () => {
    const known = new KnownPeers(OPEN_BOOK)
    for (let index = 0; index < 30; index++) tried(known, `honest ${index}`, `1.${index}.1.1`)
    for (let index = 0; index < 100; index++) tried(known, `evil ${index}`, `6.6.${index}.1`)
    for (let index = 0; index < 100; index++) {
      known.learn(`new ${index}`, [`/ip4/5.${index}.1.1/tcp/1`], { origin: 'hearsay', toldBy: `5.${index}.1.1` })
    }
    const { random } = scene(known)
    const drawn = Array.from({ length: 1000 }, () => planDials(scene(known, { room: 1, random }))[0]?.name ?? '')
    const share = (prefix: string): number => drawn.filter((name) => name.startsWith(prefix)).length / drawn.length
    expect(share('new')).toBeGreaterThan(0.4)
    expect(share('new')).toBeLessThan(0.6)
    expect(share('evil')).toBeLessThan(0.15)
  })

  it('takes of a bucket one that failed least', () => {
    const known = new KnownPeers(OPEN_BOOK)
    for (const name of ['a', 'b', 'c']) tried(known, name, '6.6.1.1')
    for (const name of ['a', 'c']) known.failed(name)
    const bucket = known.buckets('tried').flat()
    for (let draw = 0; draw < 20; draw++) expect(drawOne([bucket], scene(known))?.name).toBe('b')
    expect(drawOne([], scene(known))).toBeUndefined()
  })
})
