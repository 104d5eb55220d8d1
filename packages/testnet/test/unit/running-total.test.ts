import { expect, it } from 'vitest'
import { RunningTotal } from '../../src/nodes/running-total.ts'

it('counts go on over restarts', () => {
  const total = new RunningTotal()
  for (const value of [0, 5, 9, 0, 2, 7, 3]) total.update(value)
  expect(total.total).toBe(9 + 7 + 3)
})
