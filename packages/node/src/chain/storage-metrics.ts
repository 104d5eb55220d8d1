import type { Database } from '@poai/storage'
import type { MetricRow } from '../metrics/metric.ts'

/** Before the first and after the last key that there can be. */
const FIRST_KEY: Uint8Array = Uint8Array.of(0)
const LAST_KEY: Uint8Array = Uint8Array.of(0xff)

/** The database and its caches. There is no store until it is open. */
export const STORAGE_ROWS: readonly MetricRow<
  Pick<Database['store'], 'approximateSize' | 'cacheFigures'> | undefined
>[] = [
  {
    name: 'poai_storage_size_bytes',
    kind: 'gauge',
    help: 'Size of the database files, as LevelDB estimates it',
    read: (store) => store?.approximateSize(FIRST_KEY, LAST_KEY) ?? 0,
  },
  {
    name: 'poai_storage_cache_reads_total',
    kind: 'counter',
    help: 'Reads through the caches of the database, by the cache and by whether it knew',
    labels: ['cache', 'result'],
    read: (store) =>
      store?.cacheFigures().flatMap(({ name, hits, misses }) => [
        { labels: { cache: name, result: 'hit' }, value: hits },
        { labels: { cache: name, result: 'miss' }, value: misses },
      ]),
  },
  {
    name: 'poai_storage_cache_size_bytes',
    kind: 'gauge',
    help: 'What the caches hold',
    labels: ['cache'],
    read: (store) =>
      store?.cacheFigures().map(({ name, sizeBytes }) => ({ labels: { cache: name }, value: sizeBytes })),
  },
]
