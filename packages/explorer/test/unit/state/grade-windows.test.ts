import type { HeaderJson } from '@poai/api/client'
import { expect, it } from 'vitest'
import { gradeWindows } from '../../../src/state/grade-windows.ts'

const chain = (head: number): readonly Pick<HeaderJson, 'number' | 'hash'>[] =>
  Array.from({ length: head + 1 }, (_, number) => {
    const hex = `0x${number.toString(16)}` as const
    return { number: hex, hash: hex }
  })

it('grades only full windows, the newest of them', () => {
  expect(gradeWindows(chain(4), 5, 3)).toEqual([])
  expect(gradeWindows(chain(5), 5, 3)).toEqual([{ from: 1, to: 5, hash: '0x5' }])
  expect(gradeWindows(chain(27), 5, 3).map(({ to }) => to)).toEqual([15, 20, 25])
})

it('keeps windows where they are while the chain grows', () => {
  const [before, after] = [gradeWindows(chain(20), 5, 12), gradeWindows(chain(24), 5, 12)]
  expect(after).toEqual(before)
})
