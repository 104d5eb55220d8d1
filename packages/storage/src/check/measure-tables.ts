import { tableRange } from '../keys.ts'
import { TABLES, type TableName } from '../layout.ts'
import type { Store } from '../store/store.ts'

/** How much room a table takes on disk, compressed, as LevelDB estimates it: what is in its log and memory only is not counted. */
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

/** How far compaction is. */
export interface CompactionProgress {
  readonly table: TableName
  readonly done: number
  readonly total: number
}

/** One call of LevelDB cannot be interrupted: a table is compacted in so many parts, by the first byte after its prefix. */
const PARTS_PER_TABLE = 16

/** Compacts table after table, so that the room of what was pruned is given back. Slow; the store stays usable. */
export async function compactTables(
  store: Store,
  {
    signal,
    onProgress = () => undefined,
  }: { readonly signal?: AbortSignal; readonly onProgress?: (progress: CompactionProgress) => void } = {},
): Promise<void> {
  const total = TABLE_NAMES.length * PARTS_PER_TABLE
  let done = 0
  for (const table of TABLE_NAMES) {
    for (let part = 0; part < PARTS_PER_TABLE; part++) {
      signal?.throwIfAborted()
      onProgress({ table, done: done++, total })
      const [gte, lt] = [partStart(table, part), partStart(table, part + 1)]
      await store.compact(gte, lt)
    }
  }
}

function partStart(table: TableName, part: number): Uint8Array {
  const { gte, lt } = tableRange(table)
  if (part === 0) return gte
  return part === PARTS_PER_TABLE ? lt : tableRange(table, Uint8Array.of((part * 256) / PARTS_PER_TABLE)).gte
}
