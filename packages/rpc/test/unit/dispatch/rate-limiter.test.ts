import type { RatedClient } from '@poai/api'
import { describe, expect, it } from 'vitest'
import { RateLimiter, ratedClient } from '../../../src/dispatch/rate-limiter.ts'

const stranger = ratedClient('192.0.2.1')

/** A limiter of 10 a second and 20 at once, with the time in the test's hand. */
function openLimiter(): { readonly ask: (cost: number, client?: RatedClient) => number; nowMs: number } {
  const state = { nowMs: 0 }
  const limiter = new RateLimiter({ costPerSecond: 10, costBurst: 20 }, () => state.nowMs)
  return Object.assign(state, {
    ask: (cost: number, client: RatedClient = stranger) => limiter.waitMs(client, cost),
  })
}

describe('a limiter of rates', () => {
  it('lets a burst through, and not one more', () => {
    const { ask } = openLimiter()
    expect(Array.from({ length: 20 }, () => ask(1))).toEqual(Array(20).fill(0))
    expect(ask(1)).toBe(100)
  })

  it('says how long to wait, and means it', () => {
    const limiter = openLimiter()
    limiter.ask(20)
    expect(limiter.ask(5)).toBe(500)
    limiter.nowMs = 499
    expect(limiter.ask(5)).toBe(1)
    limiter.nowMs = 500
    expect(limiter.ask(5)).toBe(0)
  })

  it('saves up no more than a burst', () => {
    const limiter = openLimiter()
    limiter.ask(20)
    limiter.nowMs = 3_600_000
    expect([limiter.ask(20), limiter.ask(1)]).toEqual([0, 100])
  })

  it('lets what costs more than a burst through after a rest, and charges all of it', () => {
    const limiter = openLimiter()
    expect(limiter.ask(50)).toBe(0)
    expect(limiter.ask(1)).toBe(3100)
  })

  it('counts every client alone, and the programs of the same machine generously', () => {
    const { ask } = openLimiter()
    ask(20)
    expect(ask(1, ratedClient('192.0.2.2'))).toBe(0)
    expect(ask(20_000, ratedClient('127.0.0.1'))).toBe(0)
    expect(ask(20_000, ratedClient('::1'))).toBe(0)
  })

  it('is none where the rate is 0', () => {
    const limiter = new RateLimiter({ costPerSecond: 0, costBurst: 0 }, () => 0)
    expect(limiter.waitMs(stranger, 1e9)).toBe(0)
  })

  it('forgets those that rest, not those that ask', () => {
    const limiter = openLimiter()
    limiter.ask(20)
    for (let client = 0; client < 30_000; client++) {
      limiter.nowMs += 0.001
      limiter.ask(1, { name: `other ${client}`, isLocal: false })
      if (client % 100 === 0) expect(limiter.ask(20)).toBeGreaterThan(0)
    }
  })
})

it.each([
  ['192.0.2.1', '192.0.2.1', false],
  ['::ffff:192.0.2.1', '192.0.2.1', false],
  ['::ffff:127.0.0.1', '127.0.0.1', true],
  ['127.9.9.9', '127.9.9.9', true],
  ['2001:db8:1:2:3:4:5:6', '2001:db8:1:2', false],
  ['2001:db8:1:2::1', '2001:db8:1:2', false],
  ['2001:db8::1', '2001:db8:0:0', false],
  ['::1', '0:0:0:0', true],
])('knows who asks from %s', (address, name, isLocal) => {
  expect(ratedClient(address)).toEqual({ name, isLocal })
})
