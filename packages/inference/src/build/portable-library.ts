import { readdir } from 'node:fs/promises'
import { join } from 'node:path'
import { EngineError } from '../engine/engine-error.ts'
import { type BuildRecord, hashBuilt, readBuildRecord } from './build-record.ts'
import { machineTarget } from './compile-target.ts'
import { PORTABLE_LIBRARY, portableFolderName } from './portable-key.ts'

/** What a build records next to the library's folder, as `<folder>.json`. */
export type PortableRecord = BuildRecord

/** A built library. */
export interface PortableLibrary {
  /** Holds the library and nothing else. */
  readonly folder: string
  readonly file: string
  readonly record: PortableRecord
}

/**
 * The folder in a cache that this machine's library belongs in. Throws on processors that it cannot be compiled for.
 */
export function portableFolder(cacheDirectory: string): string {
  const target = machineTarget()
  if (target === undefined || process.platform !== 'linux') {
    throw new EngineError('INFERENCE_PLATFORM_UNSUPPORTED', 'The portable library is not built on this platform', {
      expected: 'Linux on x86-64 or 64-bit Arm',
      actual: `${process.platform}-${process.arch}`,
      hint: 'Use the program’s own engine (`--engine auto`): it computes the same bits.',
    })
  }
  return join(cacheDirectory, portableFolderName(target))
}

/** The library in that cache, if it was built there and has not changed since. */
export async function findPortableLibrary(cacheDirectory: string): Promise<PortableLibrary | undefined> {
  const folder = portableFolder(cacheDirectory)
  const record = await readBuildRecord(`${folder}.json`)
  const entries = await readdir(folder).catch(() => [])
  if (record === undefined || entries.length !== 1 || entries[0] !== PORTABLE_LIBRARY) return undefined
  const file = join(folder, PORTABLE_LIBRARY)
  return (await hashBuilt(file)) === record.sha256 ? { folder, file, record } : undefined
}
