import { tableRange } from '../keys.ts'
import { TABLES, type TableName } from '../layout.ts'
import type { Store } from '../store/store.ts'

/**
 * How much room a table takes on disk, compressed, as LevelDB estimates it: what is in its log and memory only is not
 * counted.
 */
export interface TableSize {
  readonly table: TableName
  readonly sizeBytes: number
}

const TABLE_NAMES = Object.keys(TABLES) as TableName[]

/** The sizes of all tables, in the order of the layout. */
export function measureTables(store: Store): Promise<readonly TableSize[]> {
  const measure = async (table: TableName): Promise<TableSize> => {
    const { gte, lt } = tableRange(table)
    return { table, sizeBytes: await store.approximateSize(gte, lt) }
  }
  return Promise.all(TABLE_NAMES.map(measure))
}

/** What is in a table, by reading all of it. */
export interface TableCount {
  readonly table: TableName
  readonly records: number
  /** Of keys and values, before compression. */
  readonly contentBytes: number
}

/** Records between two reports. */
const RECORDS_PER_REPORT = 1000

/** Counts the records of all tables, in the order of the layout. Reads the whole database. */
export async function countTables(
  store: Store,
  {
    signal,
    onRecords = () => undefined,
  }: { readonly signal?: AbortSignal; readonly onRecords?: (table: TableName, records: number) => void } = {},
): Promise<readonly TableCount[]> {
  const counts: TableCount[] = []
  for (const table of TABLE_NAMES) {
    let [records, contentBytes] = [0, 0]
    for await (const [key, value] of store.entries(tableRange(table))) {
      signal?.throwIfAborted()
      records++
      contentBytes += key.length + value.length
      if (records % RECORDS_PER_REPORT === 0) onRecords(table, records)
    }
    onRecords(table, records)
    counts.push({ table, records, contentBytes })
  }
  return counts
}

/** How far compaction is. */
export interface CompactionProgress {
  readonly table: TableName
  readonly done: number
  readonly total: number
}

/**
 * One call of LevelDB cannot be interrupted: a table of more than this is compacted in parts, by the first byte after
 * its prefix.
 */
const WHOLE_TABLE_BYTES: number = 64 * 1024 * 1024
const PARTS = 16

/** Compacts table after table, to give back the room of what was pruned. Slow; the store stays usable. */
export async function compactTables(
  store: Store,
  {
    signal,
    onProgress = () => undefined,
  }: { readonly signal?: AbortSignal; readonly onProgress?: (progress: CompactionProgress) => void } = {},
): Promise<void> {
  const sizes = await measureTables(store)
  const ranges = sizes.flatMap(({ table, sizeBytes }) =>
    sizeBytes > WHOLE_TABLE_BYTES
      ? Array.from({ length: PARTS }, (_, part) => ({
          table,
          gte: partStart(table, part),
          lt: partStart(table, part + 1),
        }))
      : [{ table, ...tableRange(table) }],
  )
  for (const [done, { table, gte, lt }] of ranges.entries()) {
    signal?.throwIfAborted()
    onProgress({ table, done, total: ranges.length })
    await store.compact(gte, lt)
  }
}

function partStart(table: TableName, part: number): Uint8Array {
  const { gte, lt } = tableRange(table)
  if (part === 0) return gte
  return part === PARTS ? lt : tableRange(table, Uint8Array.of((part * 256) / PARTS)).gte
}
