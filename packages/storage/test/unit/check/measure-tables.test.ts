import { bytesToHex, compareBytes } from '@poai/core'
import { expect, test } from 'vitest'
import { compactTables, countTables, createMemoryStore, type Store, TABLES } from '../../../src/index.ts'
import { hashedKey, tableRange } from '../../../src/keys.ts'

const TABLE_COUNT = Object.keys(TABLES).length

/** A store that only remembers what it was told to compact. */
function compacting(tableBytes: number): { readonly store: Store; readonly ranges: (readonly [string, string])[] } {
  const ranges: (readonly [string, string])[] = []
  const store: Store = {
    ...createMemoryStore(),
    approximateSize: async () => tableBytes,
    compact: async (gte, lt) => {
      expect(compareBytes(gte, lt)).toBeLessThan(0)
      ranges.push([bytesToHex(gte), bytesToHex(lt)])
    },
  }
  return { store, ranges }
}

test('small tables are compacted whole, large ones in parts that leave nothing out', async () => {
  const small = compacting(64 * 1024 * 1024)
  await compactTables(small.store)
  expect(small.ranges).toHaveLength(TABLE_COUNT)
  const large = compacting(64 * 1024 * 1024 + 1)
  await compactTables(large.store)
  expect(large.ranges).toHaveLength(16 * TABLE_COUNT)
  const { gte, lt } = tableRange('headers')
  const parts = large.ranges.filter(([from]) => from.startsWith(bytesToHex(gte)))
  expect(parts).toHaveLength(16)
  expect([parts[0]?.[0], parts.at(-1)?.[1]]).toEqual([bytesToHex(gte), bytesToHex(lt)])
  for (const [index, [, to]] of parts.slice(0, -1).entries()) expect(parts[index + 1]?.[0]).toBe(to)
})

test('compaction ends between two parts when it is told to, and says how far it is', async () => {
  const { store, ranges } = compacting(0)
  const interruption = new AbortController()
  const onProgress = ({ done, total }: { readonly done: number; readonly total: number }): void => {
    expect(total).toBe(TABLE_COUNT)
    if (done === 2) interruption.abort()
  }
  const ended = compactTables(store, { signal: interruption.signal, onProgress })
  await expect(ended).rejects.toMatchObject({ name: 'AbortError' })
  expect(ranges).toHaveLength(3)
})

test('records are counted with the bytes of their keys and values', async () => {
  const store = createMemoryStore()
  const changes = [1, 2, 3].map((byte) => ({
    key: hashedKey('peers', Uint8Array.of(byte)),
    value: new Uint8Array(10 * byte),
  }))
  await store.write(changes, { sync: false })
  const counts = await countTables(store)
  expect(counts).toHaveLength(TABLE_COUNT)
  expect(counts.find(({ table }) => table === 'peers')).toEqual({ table: 'peers', records: 3, contentBytes: 66 })
  expect(counts.filter(({ records }) => records > 0)).toHaveLength(1)
})
