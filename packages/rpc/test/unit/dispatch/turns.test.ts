import { TURN_MS } from '@poai/chain'
import { expect, it } from 'vitest'
import { Turns } from '../../../src/dispatch/turns.ts'

function compute(ms: number): void {
  const end = performance.now() + ms
  while (performance.now() < end);
}

it('lets calls begin at once as long as the slice lasts, and one after another in later rounds', async () => {
  const turns = new Turns()
  expect(turns.enter('a')).toBeUndefined()
  compute(TURN_MS)
  const order: string[] = []
  const timer = new Promise<void>((resolve) => setTimeout(() => resolve(void order.push('timer')), 1))
  const calls = ['a 1', 'a 2', 'b 1', 'c 1'].map(async (name) => {
    await turns.enter(name.slice(0, 1))
    order.push(name)
    compute(TURN_MS)
  })
  await Promise.all([timer, ...calls])
  // Clients take turns, and a timer has its own before all of them are through.
  expect(order.filter((name) => name !== 'timer')).toEqual(['a 1', 'b 1', 'c 1', 'a 2'])
  expect(order.indexOf('timer')).toBeLessThan(order.length - 1)
})

it('lets several short calls go in one slice', async () => {
  const turns = new Turns()
  await turns.enter('a')
  compute(TURN_MS)
  let rounds = 0
  let isOver = false
  const count = (): void => {
    rounds++
    if (!isOver) setImmediate(count)
  }
  setImmediate(count)
  await Promise.all(Array.from({ length: 100 }, (_, index) => turns.enter(`client ${index}`)))
  isOver = true
  expect(rounds).toBeLessThan(50)
})
