import { describe, expect, it } from 'vitest'
import { createPace } from '../../../src/pace/pace.ts'

describe('a pace', () => {
  it('is due when a turn has lasted long enough, and not before', () => {
    expect(createPace(60_000).isDue()).toBe(false)
    expect(createPace(0).isDue()).toBe(true)
  })

  it('lets a timer go first', async () => {
    const order: string[] = []
    const timer = new Promise<void>((resolve) => {
      setTimeout(() => {
        order.push('timer')
        resolve()
      }, 1)
    })
    const pace = createPace(2)
    const loop = async (): Promise<void> => {
      const end = performance.now() + 30
      while (performance.now() < end) if (pace.isDue()) await pace.rest()
      order.push('loop')
    }
    await Promise.all([timer, loop()])
    expect(order).toEqual(['timer', 'loop'])
  })
})
