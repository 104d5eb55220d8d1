import { compareBytes } from '@poai/core'
import { expect, test } from 'vitest'
import { decodeNumber, encodeNumber, numberedKey, tableRange } from '../../src/keys.ts'
import { TABLES, type TableName } from '../../src/layout.ts'

test('no two tables share a prefix, and every table has a range of its own', () => {
  const prefixes = Object.values(TABLES).map(({ prefix }) => prefix)
  expect(new Set(prefixes).size).toBe(prefixes.length)
  for (const name of Object.keys(TABLES) as TableName[]) {
    const { gte, lt } = tableRange(name)
    expect(compareBytes(gte, lt)).toBe(-1)
    expect(lt[0]).toBe(TABLES[name].prefix + 1)
  }
})

test('the example of the layout', () => {
  expect(Buffer.from(numberedKey('canonical', 258n)).toString('hex')).toBe('200000000000000102')
})

test('numbers sort as keys do, and come back', () => {
  const numbers = [0n, 1n, 255n, 256n, 2n ** 32n, 2n ** 64n - 1n]
  for (const [index, number] of numbers.entries()) {
    expect(decodeNumber(encodeNumber(number))).toBe(number)
    const next = numbers[index + 1]
    if (next !== undefined) expect(compareBytes(encodeNumber(number), encodeNumber(next))).toBe(-1)
  }
})

test('the range of an owner of 0xff bytes ends where the next owner begins', () => {
  const { gte, lt } = tableRange('slots', new Uint8Array(20).fill(0xff))
  expect(gte).toHaveLength(21)
  expect(lt).toEqual(Uint8Array.of(TABLES.slots.prefix + 1))
})
