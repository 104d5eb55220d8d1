import { HASH_BYTES, type Hash32, toHash32 } from '@poai/core'
import { keyOf } from '../keys.ts'
import { StorageError } from '../storage-error.ts'
import { createLevelStore } from './level-store.ts'
import { isDatabase, openLevel } from './open-level.ts'

/** One record is read. */
const CACHE_BYTES: number = 64 * 1024

/**
 * Whose chain the database in `directory` holds, for tools that are not told; undefined if there is no database.
 * Creates nothing.
 */
export async function readGenesisHash(directory: string): Promise<Hash32 | undefined> {
  if (!(await isDatabase(directory))) return undefined
  const store = createLevelStore(await openLevel(directory, CACHE_BYTES))
  try {
    const bytes = store.getSync(keyOf('genesis'))
    if (bytes?.length === HASH_BYTES) return toHash32(bytes)
    throw new StorageError('STORAGE_DAMAGED', `the database in ${directory} does not say whose chain it holds`, {
      expected: 'a genesis hash',
      actual: bytes === undefined ? 'nothing' : `${bytes.length} bytes`,
      hint: 'restore a copy, or delete the database and synchronise again',
    })
  } finally {
    await store.close()
  }
}
