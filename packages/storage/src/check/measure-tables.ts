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

/** Compacts table after table, so that the room of what was pruned is given back. Slow; the store stays usable. */
export async function compactTables(
  store: Store,
  {
    signal,
    onTable = () => undefined,
  }: { readonly signal?: AbortSignal; readonly onTable?: (table: TableName) => void } = {},
): Promise<void> {
  for (const table of TABLE_NAMES) {
    signal?.throwIfAborted()
    onTable(table)
    const { gte, lt } = tableRange(table)
    await store.compact(gte, lt)
  }
}
