import { ManualClock } from '@poai/testing/manual-clock'
import { describe, expect, it } from 'vitest'
import { TokenBucket } from '../../../src/budget/token-bucket.ts'

describe('a token bucket', () => {
  it('gives what it holds, and fills again with time, up to its brim', () => {
    const clock = new ManualClock()
    const bucket = new TokenBucket({ capacity: 10, perSecond: 2 }, clock)
    expect(bucket.take(10)).toBe(true)
    expect(bucket.take(1)).toBe(false)
    expect(bucket.waitMs(1)).toBe(500)
    clock.now += 500
    expect(bucket.take(1)).toBe(true)
    clock.now += 60_000
    expect(bucket.isFull).toBe(true)
    expect(bucket.take(11)).toBe(false)
    expect(bucket.take(10)).toBe(true)
  })

  it('owes what was spent beyond it, and gives nothing until that has come in', () => {
    const clock = new ManualClock()
    const bucket = new TokenBucket({ capacity: 10, perSecond: 2 }, clock)
    bucket.spend(10)
    expect(bucket.isOverdrawn).toBe(false)
    bucket.spend(4)
    expect(bucket.isOverdrawn).toBe(true)
    expect(bucket.waitMs(0)).toBe(2000)
    clock.now += 1999
    expect(bucket.isOverdrawn).toBe(true)
    clock.now += 1
    expect(bucket.isOverdrawn).toBe(false)
    expect(bucket.take(1)).toBe(false)
  })

  it('does not lose by a clock that is set back', () => {
    const clock = new ManualClock()
    const bucket = new TokenBucket({ capacity: 2, perSecond: 1 }, clock)
    bucket.take(2)
    clock.now -= 60_000
    expect(bucket.waitMs(1)).toBe(1000)
    clock.now += 1000
    expect(bucket.take(1)).toBe(true)
  })
})
