import { Emitter } from '@poai/chain'
import { silentLogger } from '@poai/core'
import { describe, expect, it } from 'vitest'
import { Liveness } from '../../../src/peers/liveness.ts'
import type { Peer } from '../../../src/peers/peer.ts'
import { A_STATUS } from '../../support/fake-handshake.ts'
import { ManualClock } from '../../support/manual-clock.ts'

class Fixture {
  readonly clock: ManualClock = new ManualClock()
  readonly left: Emitter<Peer> = new Emitter('left', silentLogger)
  readonly peer: Peer = { id: 'a', address: '1.2.3.4', direction: 'in', status: A_STATUS, connectedAtMs: 0 }
  readonly closed: string[] = []
  isSilent = false
  readonly liveness: Liveness = new Liveness({
    host: { ping: async () => (this.isSilent ? Promise.reject(new Error('silence')) : 7) },
    peers: {
      list: () => [this.peer],
      onLeft: this.left.subscribe,
      disconnect: async (id) => {
        this.closed.push(id)
      },
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

  it('does not blame others while this node itself is late', async () => {
    const fixture = new Fixture()
    await fixture.liveness.start()
    fixture.isSilent = true
    await fixture.rounds(10, 17_001)
    expect(fixture.closed).toEqual([])
    await fixture.liveness.stop()
  })
})
