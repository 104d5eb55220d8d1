import { ManualClock } from '@poai/testing/manual-clock'
import { describe, expect, it } from 'vitest'
import { CostAllowance } from '../../../src/budget/cost-allowance.ts'

const LIMITS = {
  bytes: { capacity: 1000, perSecond: 100 },
  messages: { capacity: 10, perSecond: 1 },
  vainMs: { capacity: 250, perSecond: 10 },
}
const peer = { id: 'a', address: '1.2.3.4' }

function open(sharedAddresses = false): { readonly clock: ManualClock; readonly allowance: CostAllowance } {
  const clock = new ManualClock()
  return { clock, allowance: new CostAllowance({ limits: LIMITS, sharedAddresses }, { clock }) }
}

describe('the allowance of what messages cost', () => {
  it('lets through what the bounds say, and nothing above them', () => {
    const { allowance, clock } = open()
    for (let message = 0; message < 10; message++) expect(allowance.admits(peer, 1)).toBe(true)
    expect(allowance.admits(peer, 1)).toBe(false)
    clock.now += 1000
    expect(allowance.admits(peer, 1)).toBe(true)
    expect(allowance.admits(peer, 1)).toBe(false)
  })

  it('counts bytes', () => {
    const { allowance, clock } = open()
    expect(allowance.admits(peer, 999)).toBe(true)
    expect(allowance.admits(peer, 1)).toBe(true)
    expect(allowance.admits(peer, 1)).toBe(false)
    clock.now += 10
    expect(allowance.admits(peer, 1)).toBe(true)
  })

  it('is spent by work in vain, and comes back with time', () => {
    const { allowance, clock } = open()
    allowance.chargeVain(peer, 249)
    expect(allowance.isSpent(peer)).toBe(false)
    allowance.chargeVain(peer, 1)
    expect(allowance.isSpent(peer)).toBe(true)
    clock.now += 100
    expect(allowance.isSpent(peer)).toBe(false)
  })

  it('is overdrawn by as much as it holds at most', () => {
    const { allowance, clock } = open()
    allowance.chargeVain(peer, 1e9)
    clock.now += 24_999
    expect(allowance.isSpent(peer)).toBe(true)
    clock.now += 2
    expect(allowance.isSpent(peer)).toBe(false)
  })

  it('of an address group is that of two peers, and of nobody where honest peers share addresses', () => {
    const other = { id: 'b', address: '1.2.3.4' }
    const third = { id: 'c', address: '1.2.3.4' }
    const elsewhere = { id: 'd', address: '1.2.3.5' }
    for (const shared of [false, true]) {
      const { allowance } = open(shared)
      allowance.chargeVain(peer, 250)
      expect(allowance.isSpent(third)).toBe(false)
      allowance.chargeVain(other, 250)
      expect(allowance.isSpent(third)).toBe(!shared)
      expect(allowance.isSpent(elsewhere)).toBe(false)
    }
  })
})
