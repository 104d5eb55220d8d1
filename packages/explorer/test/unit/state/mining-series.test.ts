import type { HeaderJson } from '@poai/api/client'
import { expect, it } from 'vitest'
import { doneWork, rollingMean, spacings } from '../../../src/state/mining-series.ts'

const at = (seconds: number): Pick<HeaderJson, 'timestamp' | 'difficulty'> => ({
  timestamp: `0x${seconds.toString(16)}`,
  difficulty: '0x64',
})

it('tells the seconds between blocks', () => {
  expect(spacings([at(10), at(12), at(12)])).toEqual([null, 2, 0])
})

it('has no mean before there are enough values', () => {
  expect(rollingMean([null, 2, 4, 6], 2)).toEqual([null, null, 3, 5])
})

it('says what miners did in the time that a block should take', () => {
  const steady = [at(0), at(10), at(20), at(30)]
  expect(doneWork(steady, 2, 10)).toEqual([null, null, 100, 100])
  expect(doneWork(steady, 2, 5).at(-1)).toBe(50)
  expect(doneWork(steady, 2, 0).at(-1)).toBeNull()
})
