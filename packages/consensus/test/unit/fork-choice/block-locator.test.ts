import { blockLocator, findSharedEntry, locatorNumbers, MAX_LOCATOR_ENTRIES } from '@poai/consensus'
import { type Hash32, hash32, uintToBytes } from '@poai/core'
import { describe, expect, it } from 'vitest'

/** Two chains that share the blocks 0..`fork`. */
const onBranch =
  (branch: number, fork: bigint) =>
  (number: bigint): Hash32 =>
    hash32(uintToBytes(number, 8), Uint8Array.of(number <= fork ? 0 : branch))

describe('a locator', () => {
  it.each<[bigint, readonly bigint[]]>([
    [0n, [0n]],
    [1n, [1n, 0n]],
    [9n, [9n, 8n, 7n, 6n, 5n, 4n, 3n, 2n, 1n, 0n]],
    [10n, [10n, 9n, 8n, 7n, 6n, 5n, 4n, 3n, 2n, 1n, 0n]],
    [11n, [11n, 10n, 9n, 8n, 7n, 6n, 5n, 4n, 3n, 2n, 0n]],
    [12n, [12n, 11n, 10n, 9n, 8n, 7n, 6n, 5n, 4n, 3n, 1n, 0n]],
    [30n, [30n, 29n, 28n, 27n, 26n, 25n, 24n, 23n, 22n, 21n, 19n, 15n, 7n, 0n]],
  ])('of height %i names %o', (head, numbers) => {
    expect(locatorNumbers(head)).toEqual(numbers)
  })

  it('is bounded at the last height there is', () => {
    const numbers = locatorNumbers((1n << 64n) - 1n)
    expect(numbers.length).toBeLessThanOrEqual(MAX_LOCATOR_ENTRIES)
    expect(numbers.length).toBeGreaterThan(MAX_LOCATOR_ENTRIES - 5)
    expect(numbers.at(-1)).toBe(0n)
  })

  it('names blocks by number and hash', () => {
    const hashOf = onBranch(1, 0n)
    expect(blockLocator(2n, hashOf)).toEqual([2n, 1n, 0n].map((number) => ({ number, hash: hashOf(number) })))
  })
})

describe('the shared entry', () => {
  const ours = (head: bigint, fork: bigint) => (number: bigint) =>
    number > head ? undefined : onBranch(2, fork)(number)

  it('is at or below the fork, never above, and never further away than twice the distance', () => {
    for (let fork = 0n; fork <= 100n; fork++) {
      const shared = findSharedEntry(blockLocator(100n, onBranch(1, fork)), ours(120n, fork))
      expect(shared?.number, `fork at ${fork}`).toBeLessThanOrEqual(fork)
      const behind = 100n - (shared?.number ?? 0n)
      expect(behind, `fork at ${fork}`).toBeLessThanOrEqual(2n * (100n - fork) + 10n)
    }
  })

  it('is our head when the peer is ahead of us on the same chain', () => {
    expect(findSharedEntry(blockLocator(100n, onBranch(1, 200n)), ours(95n, 200n))?.number).toBe(95n)
  })

  it('does not exist between networks', () => {
    const other = (number: bigint): Hash32 => hash32(uintToBytes(number, 8), Uint8Array.of(9))
    expect(findSharedEntry(blockLocator(100n, other), ours(100n, 50n))).toBeUndefined()
    expect(findSharedEntry([], ours(100n, 50n))).toBeUndefined()
  })
})
