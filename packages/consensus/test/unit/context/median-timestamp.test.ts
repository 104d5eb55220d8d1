import { medianTimestamp } from '@poai/consensus'
import { InvariantError } from '@poai/core'
import { describe, expect, it } from 'vitest'

describe('the median', () => {
  it.each<[readonly bigint[], bigint]>([
    [[5n], 5n],
    [[5n, 6n], 6n],
    [[6n, 5n], 6n],
    [[3n, 1n, 2n], 2n],
    [[9n, 9n, 1n, 1n, 5n], 5n],
    [[100n, 9n, 10n], 10n],
    [[2n, 1n, 4n, 3n], 3n],
    [[0n, (1n << 64n) - 1n, 7n, 7n, 8n, 6n, 5n, 4n, 3n, 2n, 1n], 5n],
  ])('of %o is %i', (timestamps, expected) => {
    const before = [...timestamps]
    expect(medianTimestamp(timestamps)).toBe(expected)
    expect(timestamps).toEqual(before)
  })

  it('of nothing does not exist', () => {
    expect(() => medianTimestamp([])).toThrow(InvariantError)
  })
})
