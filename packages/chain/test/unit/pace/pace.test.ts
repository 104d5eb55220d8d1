import { describe, expect, it } from 'vitest'
import { createPace } from '../../../src/pace/pace.ts'

describe('a pace', () => {
  it('is due when a turn has lasted long enough, and not before', () => {
    expect(createPace({ turnMs: 60_000 }).isDue()).toBe(false)
    expect(createPace({ turnMs: 0 }).isDue()).toBe(true)
  })

  it('lets a timer go first', async () => {
    const order: string[] = []
    const timer = new Promise<void>((resolve) => {
      setTimeout(() => {
        order.push('timer')
        resolve()
      }, 1)
    })
    const pace = createPace({ turnMs: 2 })
    const loop = async (): Promise<void> => {
      const end = performance.now() + 30
      while (performance.now() < end) if (pace.isDue()) await pace.rest()
      order.push('loop')
    }
    await Promise.all([timer, loop()])
    expect(order).toEqual(['timer', 'loop'])
  })

  it('lets one loop go on in a round, and an urgent one in each', async () => {
    const told: string[] = []
    const loop = async (name: string, isUrgent: boolean): Promise<void> => {
      const pace = createPace({ isUrgent })
      for (let turn = 0; turn < 2; turn++) {
        await pace.rest()
        told.push(name)
      }
    }
    const loops = Promise.all([loop('a', false), loop('b', false), loop('urgent', true)])
    for (let round = 0; round < 4; round++) {
      await new Promise((resolve) => setImmediate(resolve))
      told.push('|')
    }
    await loops
    const rounds = told.join(' ').split(' | ')
    expect(rounds.filter((round) => round.includes('a') && round.includes('b'))).toEqual([])
    expect(told.indexOf('urgent', told.indexOf('urgent') + 1)).toBeLessThan(told.lastIndexOf('b'))
  })
})
