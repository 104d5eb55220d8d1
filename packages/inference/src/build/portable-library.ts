import { createHash } from 'node:crypto'
import { readdir, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { EngineError } from '../engine/engine-error.ts'
import { machineTarget } from './compile-target.ts'
import { PORTABLE_LIBRARY, portableFolderName } from './portable-key.ts'

/** What a build leaves beside the library's folder, as `<folder>.json`. */
export interface PortableRecord {
  /** Of the library; compared before each use. */
  readonly sha256: string
  /** First line of the compiler's `--version`. */
  readonly compiler: string
}

/** A built library. */
export interface PortableLibrary {
  /** Holds the library and nothing else. */
  readonly folder: string
  readonly file: string
  readonly record: PortableRecord
}

/** The folder in a cache that this machine's library belongs in. Throws on processors that it cannot be compiled for. */
export function portableFolder(cacheDirectory: string): string {
  const target = machineTarget()
  if (target === undefined || process.platform !== 'linux') {
    throw new EngineError('INFERENCE_PLATFORM_UNSUPPORTED', 'The portable library is not built on this platform', {
      expected: 'Linux on x86-64 or 64-bit Arm',
      actual: `${process.platform}-${process.arch}`,
      hint: 'Use the WebAssembly engine: it computes the same bits.',
    })
  }
  return join(cacheDirectory, portableFolderName(target))
}

/** The library in that cache, if it was built there and is as it was built. */
export async function findPortableLibrary(cacheDirectory: string): Promise<PortableLibrary | undefined> {
  const folder = portableFolder(cacheDirectory)
  const record = await readRecord(`${folder}.json`)
  const entries = await readdir(folder).catch(() => [])
  if (record === undefined || entries.length !== 1 || entries[0] !== PORTABLE_LIBRARY) return undefined
  const file = join(folder, PORTABLE_LIBRARY)
  return (await hashLibrary(file)) === record.sha256 ? { folder, file, record } : undefined
}

/** SHA-256 of a library, lower-case hexadecimal. */
export async function hashLibrary(path: string): Promise<string> {
  return createHash('sha256')
    .update(await readFile(path))
    .digest('hex')
}

async function readRecord(path: string): Promise<PortableRecord | undefined> {
  const text = await readFile(path, 'utf8').catch(() => undefined)
  if (text === undefined) return undefined
  const record = JSON.parse(text) as Readonly<Record<string, unknown>>
  const { sha256, compiler } = record
  return typeof sha256 === 'string' && typeof compiler === 'string' ? { sha256, compiler } : undefined
}
