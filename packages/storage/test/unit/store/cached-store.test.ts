import { expect, test } from 'vitest'
import { createCachedStore } from '../../../src/store/cached-store.ts'
import { createMemoryStore } from '../../../src/store/memory-store.ts'
import { createFailingStore } from '../../support/failing-store.ts'

const KEY = Uint8Array.of(0x30, 1)
const OTHER = Uint8Array.of(0x31, 1)
const put = (key: Uint8Array, byte: number) => ({ key, value: Uint8Array.of(byte) })

test('a write is seen whole at once, before it is on disk', async () => {
  const store = createCachedStore(createMemoryStore())
  expect(store.getSync(KEY)).toBeUndefined()
  const written = store.write([put(KEY, 1), put(OTHER, 2)], { sync: true })
  expect([store.getSync(KEY), store.getSync(OTHER)]).toEqual([Uint8Array.of(1), Uint8Array.of(2)])
  expect(await store.getMany([KEY, OTHER])).toEqual([Uint8Array.of(1), Uint8Array.of(2)])
  await written
  expect(store.getSync(KEY)).toEqual(Uint8Array.of(1))
})

test('of writes that overlap the last one counts, during and after', async () => {
  const store = createCachedStore(createMemoryStore())
  const writes = [1, 2, 3].map((byte) => store.write([put(KEY, byte)], { sync: false }))
  expect(store.getSync(KEY)).toEqual(Uint8Array.of(3))
  await writes[0]
  expect(store.getSync(KEY)).toEqual(Uint8Array.of(3))
  await Promise.all(writes)
  expect(await store.get(KEY)).toEqual(Uint8Array.of(3))
})

test('iteration waits for writes that were called before it', async () => {
  const store = createCachedStore(createMemoryStore())
  const written = store.write([put(KEY, 1)], { sync: false })
  const seen: Uint8Array[] = []
  for await (const [key] of store.entries({ gte: Uint8Array.of(0x30), lt: Uint8Array.of(0x31) })) seen.push(key)
  expect(seen).toEqual([KEY])
  await written
})

test('a failed write stops everything that follows, reads too', async () => {
  const inner = createFailingStore(createMemoryStore())
  const store = createCachedStore(inner)
  const error = new Error('no space')
  inner.failWith(error)
  const first = store.write([put(KEY, 1)], { sync: true })
  const second = store.write([put(OTHER, 1)], { sync: true })
  await expect(first).rejects.toBe(error)
  await expect(second).rejects.toBe(error)
  inner.failWith(undefined)
  expect(() => store.getSync(KEY)).toThrowError(error)
  await expect(store.write([put(KEY, 2)], { sync: true })).rejects.toBe(error)
  await store.close()
})

test('counts hits of values and of absence', () => {
  const store = createCachedStore(createMemoryStore())
  for (let i = 0; i < 3; i++) store.getSync(KEY)
  expect(store.cacheFigures().find(({ name }) => name === 'state')).toMatchObject({ hits: 2, misses: 1 })
})
