import { expect, test } from 'vitest'
import { createMemoryStore } from '../../../src/store/memory-store.ts'
import { createWriteBatch } from '../../../src/store/write-batch.ts'

test('reads its own changes over the store, and keeps the last of each key', async () => {
  const store = createMemoryStore()
  await store.write([{ key: Uint8Array.of(1), value: Uint8Array.of(1) }], { sync: false })
  const batch = createWriteBatch(store)
  expect(batch.getSync(Uint8Array.of(1))).toEqual(Uint8Array.of(1))
  batch.delete(Uint8Array.of(1))
  batch.put(Uint8Array.of(2), Uint8Array.of(2, 2))
  expect(batch.getSync(Uint8Array.of(1))).toBeUndefined()
  expect(batch.getSync(Uint8Array.of(2))).toEqual(Uint8Array.of(2, 2))
  batch.put(Uint8Array.of(1), Uint8Array.of(3))
  expect(batch.changes()).toEqual([
    { key: Uint8Array.of(1), value: Uint8Array.of(3) },
    { key: Uint8Array.of(2), value: Uint8Array.of(2, 2) },
  ])
  expect(batch.sizeBytes()).toBe(5)
  expect(store.getSync(Uint8Array.of(2))).toBeUndefined()
})
