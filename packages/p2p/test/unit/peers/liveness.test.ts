import { Emitter, silentLogger } from '@poai/core'
import { ManualClock } from '@poai/testing/manual-clock'
import { describe, expect, it } from 'vitest'
import { GOSSIP_FLOOR } from '../../../src/gossip/create-gossipsub.ts'
import { Liveness } from '../../../src/peers/liveness.ts'
import type { Offence } from '../../../src/peers/offences.ts'
import type { Peer } from '../../../src/peers/peer.ts'
import { A_STATUS } from '../../support/fake-handshake.ts'

class Fixture {
  readonly clock: ManualClock = new ManualClock()
  readonly left: Emitter<Peer> = new Emitter('left', silentLogger)
  readonly peer: Peer = { id: 'a', address: '1.2.3.4', direction: 'in', status: A_STATUS, connectedAtMs: 0 }
  readonly closed: string[] = []
  readonly offences: Offence[] = []
  isSilent = false
  routerScore = 0
  readonly liveness: Liveness = new Liveness({
    host: {
      ping: async () => (this.isSilent ? Promise.reject(new Error('silence')) : 7),
      router: { score: () => this.routerScore },
    },
    peers: {
      list: () => [this.peer],
      onLeft: this.left.subscribe,
      disconnect: async (id) => {
        this.closed.push(id)
      },
      report: (_, offence) => this.offences.push(offence),
    },
    clock: this.clock,
    logger: silentLogger,
  })

  async rounds(count: number, lengthMs = 15_000): Promise<void> {
    for (let round = 0; round < count; round++) {
      await this.clock.advance(lengthMs)
      for (let turn = 0; turn < 4; turn++) await new Promise(setImmediate)
    }
  }
}

describe('the watch over connections', () => {
  it('closes one after four pings in a row without an answer, and not before', async () => {
    const fixture = new Fixture()
    await fixture.liveness.start()
    await fixture.rounds(1)
    expect(fixture.liveness.roundTripMs('a')).toBe(7)
    fixture.isSilent = true
    await fixture.rounds(3)
    fixture.isSilent = false
    await fixture.rounds(1)
    fixture.isSilent = true
    await fixture.rounds(3)
    expect(fixture.closed).toEqual([])
    await fixture.rounds(1)
    expect(fixture.closed).toEqual(['a'])
    await fixture.liveness.stop()
  })

  it('holds against a peer what the gossip router does', async () => {
    const fixture = new Fixture()
    await fixture.liveness.start()
    fixture.routerScore = GOSSIP_FLOOR + 1
    await fixture.rounds(2)
    expect(fixture.offences).toEqual([])
    fixture.routerScore = GOSSIP_FLOOR
    await fixture.rounds(1)
    expect(fixture.offences).toEqual(['gossip-misbehaviour'])
    await fixture.liveness.stop()
  })

  it('does not blame others while this node itself is late', async () => {
    const fixture = new Fixture()
    await fixture.liveness.start()
    fixture.isSilent = true
    await fixture.rounds(10, 17_001)
    expect(fixture.closed).toEqual([])
    await fixture.liveness.stop()
  })
})
