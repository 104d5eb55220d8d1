import { expect, test } from 'vitest'
import {
  ACCOUNT_VERSIONS,
  jumpSpan,
  pruneVersion,
  readFlat,
  revertVersion,
  valueAt,
  writeVersion,
} from '../../../src/state/version-chain.ts'
import { createMemoryStore } from '../../../src/store/memory-store.ts'
import { createWriteBatch } from '../../../src/store/write-batch.ts'

const KEY = [ACCOUNT_VERSIONS, new Uint8Array(20).fill(1)] as const
const valueAfter = (number: bigint): Uint8Array => Uint8Array.of(Number(number >> 8n), Number(number & 255n))

/** A key that every block changes. */
function busyKey(blocks: bigint) {
  const batch = createWriteBatch(createMemoryStore())
  for (let number = 0n; number <= blocks; number++) writeVersion(batch, KEY, { number, next: valueAfter(number) })
  return batch
}

test('jumps are those of Myers: 1 2 3 4 5 6 7 to 0 1 0 3 4 3 0', () => {
  expect([1, 2, 3, 4, 5, 6, 7].map((depth) => depth - jumpSpan(depth))).toEqual([0, 1, 0, 3, 4, 3, 0])
})

test('any of 2,000 heights is found, in a number of reads that grows with the logarithm', () => {
  const batch = busyKey(2000n)
  let most = 0
  for (let number = 0n; number <= 2000n; number += 1n) {
    let reads = 0
    const counting = {
      getSync: (key: Uint8Array) => {
        reads++
        return batch.getSync(key)
      },
    }
    expect(valueAt(counting, KEY, number)).toEqual(valueAfter(number))
    most = Math.max(most, reads)
  }
  // log2(2000) is 11; the scheme needs at most about three reads a level.
  expect(most).toBeLessThanOrEqual(33)
})

test('reverting gives back each value in turn, down to nothing', () => {
  const batch = createWriteBatch(createMemoryStore())
  for (let number = 5n; number <= 9n; number++) writeVersion(batch, KEY, { number, next: valueAfter(number) })
  for (let number = 9n; number > 5n; number--) {
    revertVersion(batch, KEY, number)
    expect(valueAt(batch, KEY, 100n)).toEqual(valueAfter(number - 1n))
  }
  revertVersion(batch, KEY, 5n)
  expect(readFlat(batch, ...KEY)).toBeUndefined()
  expect(batch.changes().every(({ value }) => value === undefined)).toBe(true)
})

test('an equal value is no change', () => {
  const batch = busyKey(3n)
  expect(writeVersion(batch, KEY, { number: 4n, next: valueAfter(3n) })).toBe(false)
  expect(writeVersion(batch, KEY, { number: 4n, next: valueAfter(4n) })).toBe(true)
})

test('a value cannot be changed twice by one block, nor by an earlier one', () => {
  const batch = busyKey(3n)
  expect(() => writeVersion(batch, KEY, { number: 3n, next: valueAfter(9n) })).toThrowError('later block')
  expect(() => revertVersion(batch, KEY, 2n)).toThrowError('not the last change')
})

test('a value that is gone is remembered until its history is forgotten', () => {
  const batch = createWriteBatch(createMemoryStore())
  writeVersion(batch, KEY, { number: 1n, next: valueAfter(7n) })
  writeVersion(batch, KEY, { number: 2n, next: new Uint8Array(0) })
  expect(valueAt(batch, KEY, 1n)).toEqual(valueAfter(7n))
  expect(valueAt(batch, KEY, 2n)).toHaveLength(0)
  pruneVersion(batch, KEY, 1n)
  expect(readFlat(batch, ...KEY)?.value).toHaveLength(0)
  pruneVersion(batch, KEY, 2n)
  expect(readFlat(batch, ...KEY)).toBeUndefined()
})

test('heights from the last pruned block on stay readable, the one before does not', () => {
  const batch = busyKey(300n)
  for (let number = 1n; number <= 100n; number++) pruneVersion(batch, KEY, number)
  for (let number = 100n; number <= 300n; number++) expect(valueAt(batch, KEY, number)).toEqual(valueAfter(number))
  expect(() => valueAt(batch, KEY, 99n)).toThrowError(expect.objectContaining({ code: 'STORAGE_HISTORY_PRUNED' }))
  // Later changes jump over what is not there any more.
  for (let number = 301n; number <= 600n; number++) writeVersion(batch, KEY, { number, next: valueAfter(number) })
  for (let number = 100n; number <= 600n; number++) expect(valueAt(batch, KEY, number)).toEqual(valueAfter(number))
})
