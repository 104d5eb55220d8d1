import { toHash32, uintToBytes } from '@poai/core'
import { describe, expect, it } from 'vitest'
import { RecentHashes } from '../../src/recent-hashes.ts'

const hashOf = (index: number): ReturnType<typeof toHash32> => toHash32(uintToBytes(BigInt(index), 32))

describe('recent hashes', () => {
  it('are so many, and the one that was added first goes', () => {
    const recent = new RecentHashes(3)
    for (const index of [1, 2, 3]) recent.add(hashOf(index))
    expect([1, 2, 3].map((index) => recent.has(hashOf(index)))).toEqual([true, true, true])
    recent.add(hashOf(1))
    recent.add(hashOf(4))
    expect([1, 2, 3, 4].map((index) => recent.has(hashOf(index)))).toEqual([true, false, true, true])
  })
})
