import type { StoreChange } from '@poai/core'
import { keyOf } from '../keys.ts'
import { StorageError } from '../storage-error.ts'
import type { Store } from '../store/store.ts'

/**
 * Turns a database of one version into one of the next. Its steps are written as they come, each atomic; the version
 * changes with the last. A migration that was interrupted runs again from its beginning, so it must give the same
 * result over its own half-done work.
 */
export interface Migration {
  /** The version that it makes of the one before. */
  readonly to: number
  /** What it does, for the log. */
  readonly summary: string
  steps(store: Store): AsyncIterable<readonly StoreChange[]>
}

/** In order of their versions. Version 1 is the first; nothing leads to it. */
export const MIGRATIONS: readonly Migration[] = []

/** How far a database has to go. */
export interface MigrationPlan {
  readonly from: number
  readonly to: number
  readonly migrations: readonly Migration[]
  readonly onMigration?: ((migration: Migration) => void) | undefined
}

/** A layout version as it stands in the database. */
export function encodeVersion(version: number): Uint8Array {
  const bytes = new Uint8Array(4)
  new DataView(bytes.buffer).setUint32(0, version)
  return bytes
}

/** The layout version in a record. */
export function decodeVersion(bytes: Uint8Array): number {
  if (bytes.length === 4) return new DataView(bytes.buffer, bytes.byteOffset, 4).getUint32(0)
  throw new StorageError('STORAGE_DAMAGED', 'the version record is not a version', {
    expected: '4 bytes',
    actual: `${bytes.length} bytes`,
  })
}

/** Brings the store from one version to another, one migration at a time. */
export async function migrate(store: Store, { from, to, migrations, onMigration }: MigrationPlan): Promise<void> {
  for (let version = from + 1; version <= to; version++) {
    const migration = migrations.find((candidate) => candidate.to === version)
    if (migration === undefined) {
      throw new StorageError('STORAGE_VERSION_OLDER', `no migration leads to database version ${version}`, {
        expected: `version ${to}`,
        actual: `version ${version - 1}`,
        hint: 'export the chain with the program that wrote the database, and import it with this one',
      })
    }
    onMigration?.(migration)
    for await (const changes of migration.steps(store)) await store.write(changes, { sync: false })
    // The log keeps the order of writes: once this one is on disk, all before it are.
    await store.write([{ key: keyOf('version'), value: encodeVersion(version) }], { sync: true })
  }
}
