import { expect, test } from 'vitest'
import { createByteCache } from '../../../src/store/byte-cache.ts'

const value = (size: number): Uint8Array => new Uint8Array(size)
/** An entry of a one-letter key and 99 bytes. */
const ENTRY = 200 + 1 + 99

test('keeps as many bytes as it may, to the byte, and drops what was used least recently', () => {
  const cache = createByteCache('test', 3 * ENTRY)
  for (const key of ['a', 'b', 'c']) cache.set(key, value(99))
  expect(cache.figures()).toMatchObject({ entries: 3, sizeBytes: 3 * ENTRY })
  expect(cache.get('a')).toHaveLength(99)
  cache.set('d', value(0))
  expect(cache.get('b')).toBeUndefined()
  expect(cache.get('a')).toHaveLength(99)
  expect(cache.figures()).toMatchObject({ entries: 3, sizeBytes: 3 * ENTRY - 99 })
})

test('knows that a key is not there', () => {
  const cache = createByteCache('test', ENTRY)
  cache.set('a', undefined)
  expect(cache.get('a')).toBe('absent')
  cache.set('a', value(1))
  expect(cache.get('a')).toHaveLength(1)
})

test('takes no entry that is larger than all of it, and forgets the one that it replaces', () => {
  const cache = createByteCache('test', ENTRY)
  cache.set('a', value(99))
  expect(cache.get('a')).toHaveLength(99)
  cache.set('a', value(100))
  expect(cache.get('a')).toBeUndefined()
  expect(cache.figures()).toMatchObject({ entries: 0, sizeBytes: 0, hits: 1, misses: 1 })
})
