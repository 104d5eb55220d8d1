import { ManualClock } from '@poai/testing/manual-clock'
import { describe, expect, it } from 'vitest'
import { MAX_STATUSES, StatusRate } from '../../../src/handshake/status-rate.ts'

describe('the rate of statuses', () => {
  it('has a limit for each peer and window', () => {
    const clock = new ManualClock()
    const rate = new StatusRate(clock)
    for (let count = 0; count < MAX_STATUSES; count++) expect(rate.admits('a')).toBe(true)
    expect(rate.admits('a')).toBe(false)
    expect(rate.admits('b')).toBe(true)
    clock.now += 10_000
    expect(rate.admits('a')).toBe(true)
  })
})
