import { ManualClock } from '@poai/testing/manual-clock'
import { describe, expect, it } from 'vitest'
import { BanList, MAX_BANS } from '../../../src/peers/ban-list.ts'

describe('a list of bans', () => {
  it('holds until the time is over', () => {
    const clock = new ManualClock()
    const bans = new BanList(clock)
    bans.add({ target: 'a', untilMs: clock.now + 1000, reason: 'failed-replay' })
    clock.now += 999
    expect(bans.find('a')).toMatchObject({ reason: 'failed-replay' })
    clock.now += 1
    expect(bans.find('a')).toBeUndefined()
    expect(bans.list()).toEqual([])
  })

  it('can be lifted, once', () => {
    const clock = new ManualClock()
    const bans = new BanList(clock)
    bans.add({ target: 'a', untilMs: clock.now + 1000, reason: 'operator' })
    expect(bans.lift('a')).toBe(true)
    expect(bans.lift('a')).toBe(false)
  })

  it('holds so many at most: the one that ends first goes', () => {
    const clock = new ManualClock()
    const bans = new BanList(clock)
    for (let index = 0; index <= MAX_BANS; index++) {
      bans.add({ target: `${index}`, untilMs: clock.now + 1000 + index, reason: 'operator' })
    }
    expect(bans.list()).toHaveLength(MAX_BANS)
    expect(bans.find('0')).toBeUndefined()
    expect(bans.find('1')).toBeDefined()
  })
})
