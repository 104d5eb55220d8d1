import { expect, it } from 'vitest'
import { createSeededRandom } from '../../src/stress/seeded-random.ts'

it('a seed always gives the same numbers', () => {
  const numbersOf = (seed: string): number[] => {
    const random = createSeededRandom(seed)
    return Array.from({ length: 20 }, () => random.below(10))
  }
  expect(numbersOf('1')).toEqual(numbersOf('1'))
  expect(numbersOf('1')).not.toEqual(numbersOf('2'))
  expect(new Set(numbersOf('3')).size).toBeGreaterThan(4)
  expect(() => createSeededRandom('1').pick([])).toThrow(RangeError)
})
