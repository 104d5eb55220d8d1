import { expect, test } from 'vitest'
import { createByteCache } from '../../../src/store/byte-cache.ts'
import { createRandom } from '../../support/random.ts'

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

test('drops what a simple list of uses would drop, through thousands of uses', () => {
  const random = createRandom(3)
  const cache = createByteCache('test', 20 * ENTRY)
  let uses: string[] = []
  for (let step = 0; step < 5000; step++) {
    const key = String.fromCharCode(97 + random.next(60))
    const isKnown = uses.includes(key)
    if (random.next(3) === 0) {
      expect(cache.get(key) !== undefined, `step ${step}`).toBe(isKnown)
      if (isKnown) uses = [...uses.filter((used) => used !== key), key]
    } else {
      cache.set(key, value(99))
      uses = [...uses.filter((used) => used !== key), key].slice(-20)
    }
    expect(cache.figures().entries).toBe(uses.length)
  }
})
