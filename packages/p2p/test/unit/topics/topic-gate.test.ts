import { ManualClock } from '@poai/testing/manual-clock'
import { describe, expect, it } from 'vitest'
import { CostAllowance } from '../../../src/budget/cost-allowance.ts'
import type { Offence } from '../../../src/peers/offences.ts'
import type { Peer } from '../../../src/peers/peer.ts'
import { TOPIC_DEFAULTS } from '../../../src/topics/topic-declaration.ts'
import {
  DROPPED_BYTES_PER_OFFENCE,
  DROPS_PER_OFFENCE,
  EARLY_OFFENCES,
  TopicGate,
} from '../../../src/topics/topic-gate.ts'
import { A_STATUS } from '../../support/fake-handshake.ts'

const PEER: Peer = { id: 'peer', address: '1.2.3.4', direction: 'in', status: A_STATUS, connectedAtMs: 0 }

class Fixture {
  readonly offences: Offence[] = []
  readonly allowance: CostAllowance = new CostAllowance(
    { limits: TOPIC_DEFAULTS, sharedAddresses: false },
    { clock: new ManualClock() },
  )
  readonly gate: TopicGate
  isCurrent = true

  constructor() {
    this.gate = new TopicGate({
      charge: (topic, peer, sizeBytes) => topic !== 'transactions' || this.allowance.admits(peer, sizeBytes),
      peers: {
        get: (id) => (id === PEER.id ? PEER : undefined),
        report: (_, offence) => this.offences.push(offence),
      },
      isCurrent: () => this.isCurrent,
    })
  }

  offer(count: number, { from = PEER.id, topic = 'transactions', sizeBytes = 100 } = {}): number {
    let admitted = 0
    for (let message = 0; message < count; message++) if (this.gate.admits({ from, topic, sizeBytes })) admitted++
    return admitted
  }

  spend(): void {
    this.allowance.chargeVain(PEER, TOPIC_DEFAULTS.vainMs.capacity)
  }
}

describe('the gate of topics', () => {
  it('lets peers through', () => {
    const fixture = new Fixture()
    expect(fixture.offer(100)).toBe(100)
    expect(fixture.offer(100, { topic: 'blocks' })).toBe(100)
  })

  it('drops what comes without a handshake, and blames for it only when it is more than may overtake one', () => {
    const fixture = new Fixture()
    const early = DROPS_PER_OFFENCE * (EARLY_OFFENCES + 1)
    expect(fixture.offer(early - 1, { from: 'stranger', topic: 'blocks' })).toBe(0)
    expect(fixture.offences).toEqual([])
    fixture.offer(1, { from: 'stranger' })
    expect(fixture.offences).toEqual(['protocol-violation'])
  })

  it('drops transactions of a peer whose allowance is spent, and not its blocks', () => {
    const fixture = new Fixture()
    fixture.spend()
    expect(fixture.offer(DROPS_PER_OFFENCE - 1)).toBe(0)
    expect(fixture.offences).toEqual([])
    fixture.offer(1)
    expect(fixture.offences).toEqual(['rate-limit'])
    expect(fixture.offer(10, { topic: 'blocks' })).toBe(10)
  })

  it('counts the bytes of large messages', () => {
    const fixture = new Fixture()
    fixture.spend()
    fixture.offer(1, { sizeBytes: DROPPED_BYTES_PER_OFFENCE - 1 })
    expect(fixture.offences).toEqual([])
    fixture.offer(1, { sizeBytes: DROPPED_BYTES_PER_OFFENCE })
    expect(fixture.offences).toEqual(['rate-limit'])
  })

  it('blames nobody while this node catches up', () => {
    const fixture = new Fixture()
    fixture.isCurrent = false
    fixture.spend()
    expect(fixture.offer(10 * DROPS_PER_OFFENCE)).toBe(0)
    expect(fixture.offences).toEqual([])
  })
})
