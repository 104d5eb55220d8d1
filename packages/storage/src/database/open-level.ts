import { mkdir, readdir } from 'node:fs/promises'
import { join } from 'node:path'
import { ClassicLevel } from 'classic-level'
import { StorageError } from '../storage-error.ts'
import { storageFailure } from './level-failure.ts'
import { describeOwner } from './owner-file.ts'

/** LevelDB's files are apart from ours. */
const LEVEL_FOLDER = 'leveldb'
/**
 * Memory of recent writes, and the log that is read at the next start: four times LevelDB's default, as one block
 * writes up to a few MB.
 */
const WRITE_BUFFER_BYTES: number = 16 * 1024 * 1024

/** True if there is a database in `directory`, sound or not. */
export async function isDatabase(directory: string): Promise<boolean> {
  const names = await readdir(join(directory, LEVEL_FOLDER)).catch(() => [])
  return names.length > 0
}

/** Opens LevelDB in a data directory, creating it if there is none. */
export async function openLevel(directory: string, cacheSize: number): Promise<ClassicLevel<Uint8Array, Uint8Array>> {
  const location = join(directory, LEVEL_FOLDER)
  try {
    await mkdir(location, { recursive: true })
    await refuseHeadlessFiles(location)
    const level = new ClassicLevel<Uint8Array, Uint8Array>(location, {
      keyEncoding: 'view',
      valueEncoding: 'view',
      cacheSize,
      writeBufferSize: WRITE_BUFFER_BYTES,
    })
    await level.open()
    return level
  } catch (cause) {
    const failure = storageFailure(`open the database in ${directory}`, cause)
    if (failure.code !== 'STORAGE_LOCKED') throw failure
    throw new StorageError('STORAGE_LOCKED', `the database in ${directory} is open in another process`, {
      cause,
      actual: await describeOwner(directory),
      hint: failure.hint ?? '',
    })
  }
}

/**
 * LevelDB makes a new, empty database where its file CURRENT is gone, and deletes the old tables. What it leaves when
 * it is killed while it makes a new one is no such thing: a first manifest, and nothing that was ever written.
 */
async function refuseHeadlessFiles(location: string): Promise<void> {
  const names = await readdir(location)
  if (names.includes('CURRENT')) return
  const orphan = names.find((name) => /\.(ldb|sst|log)$|^MANIFEST-(?!000001$)/.test(name))
  if (orphan === undefined) return
  throw new StorageError('STORAGE_DAMAGED', `the database in ${location} has lost its beginning`, {
    expected: 'a file CURRENT',
    actual: `${orphan} and others without it`,
    hint: 'restore a copy, or delete the database and synchronise again',
  })
}
