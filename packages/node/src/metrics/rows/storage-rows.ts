import type { MetricRow } from '../metric-row.ts'

/** The database and its caches. */
export const STORAGE_ROWS: readonly MetricRow[] = [
  {
    name: 'poai_storage_size_bytes',
    kind: 'gauge',
    help: 'Size of the database files, as LevelDB estimates it',
    read: ({ databaseBytes }) => databaseBytes,
  },
  {
    name: 'poai_storage_cache_reads_total',
    kind: 'counter',
    help: 'Reads through the caches of the database, by the cache and by whether it knew',
    labels: ['cache', 'result'],
    read: ({ caches }) =>
      caches.flatMap(({ name, hits, misses }) => [
        { labels: { cache: name, result: 'hit' }, value: hits },
        { labels: { cache: name, result: 'miss' }, value: misses },
      ]),
  },
  {
    name: 'poai_storage_cache_size_bytes',
    kind: 'gauge',
    help: 'What the caches hold',
    labels: ['cache'],
    read: ({ caches }) => caches.map(({ name, sizeBytes }) => ({ labels: { cache: name }, value: sizeBytes })),
  },
]
