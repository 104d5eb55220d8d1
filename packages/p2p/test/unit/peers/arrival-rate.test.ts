import { ManualClock } from '@poai/testing/manual-clock'
import { describe, expect, it } from 'vitest'
import { ADDRESS_ARRIVALS, ArrivalRate, NETWORK_ARRIVALS } from '../../../src/peers/arrival-rate.ts'

describe('arrivals', () => {
  it('are bounded for an address, and come again with time', () => {
    const clock = new ManualClock()
    const rate = new ArrivalRate(clock)
    for (let count = 0; count < ADDRESS_ARRIVALS.capacity; count++) expect(rate.admits('1.2.3.4')).toBe(true)
    expect(rate.admits('1.2.3.4')).toBe(false)
    expect(rate.admits('1.3.3.4')).toBe(true)
    clock.now += 1000 / ADDRESS_ARRIVALS.perSecond
    expect(rate.admits('1.2.3.4')).toBe(true)
    expect(rate.admits('1.2.3.4')).toBe(false)
  })

  it('are bounded for a network, whatever addresses it has', () => {
    const rate = new ArrivalRate(new ManualClock())
    for (let count = 0; count < NETWORK_ARRIVALS.capacity; count++) expect(rate.admits(`1.2.${count}.1`)).toBe(true)
    expect(rate.admits('1.2.255.1')).toBe(false)
    expect(rate.admits('1.3.255.1')).toBe(true)
  })
})
