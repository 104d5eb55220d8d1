import { createHash, type Hash } from 'node:crypto'
import { ClassicLevel } from 'classic-level'

/** The records of a table, in brief. */
export interface TableDigest {
  readonly records: number
  /** SHA-256 over all keys and values in the order of keys, with their lengths. */
  readonly sha256: string
}

/** Digests of a database on disk by the first byte of its keys, such as `0x10`; reads it without any of our code. */
export async function digestTables(leveldb: string): Promise<Readonly<Record<string, TableDigest>>> {
  const database = new ClassicLevel<Uint8Array, Uint8Array>(leveldb, {
    ...{ keyEncoding: 'view', valueEncoding: 'view' },
    createIfMissing: false,
  })
  await database.open()
  const tables = new Map<string, { records: number; readonly hash: Hash }>()
  for await (const [key, value] of database.iterator()) {
    const prefix = `0x${(key[0] ?? 0).toString(16).padStart(2, '0')}`
    const table = tables.get(prefix) ?? { records: 0, hash: createHash('sha256') }
    tables.set(prefix, table)
    table.records++
    for (const bytes of [key, value]) table.hash.update(`${bytes.length} `).update(bytes)
  }
  await database.close()
  return Object.fromEntries(
    [...tables].map(([prefix, { records, hash }]) => [prefix, { records, sha256: hash.digest('hex') }]),
  )
}
