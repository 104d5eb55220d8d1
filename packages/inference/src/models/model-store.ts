import { randomUUID } from 'node:crypto'
import { mkdir, open, readFile, rename, rm } from 'node:fs/promises'
import { join } from 'node:path'
import type { FileStamp } from './file-stamp.ts'
import { equalStamps, isSettled, stampFile } from './file-stamp.ts'
import { ModelError } from './model-error.ts'
import type { ManifestModel, ModelManifest } from './model-manifest.ts'
import { MODEL_NAME_PATTERN, SHA256_PATTERN } from './model-manifest.ts'

/*
 * A store is one directory:
 *
 *   NAME.gguf              a complete, checked model file (or a symbolic link to one, after an import by link)
 *   NAME.json              its record: { version, name, file, sha256, sizeBytes, stamp, checkedAtMs }
 *   NAME.gguf.part         a download under way
 *   NAME.gguf.part.json    which file the part is of
 *   NAME.lock.PID.RANDOM   the process that works on the model
 */

/** A directory with model files, and the models that the project knows by name. */
export interface ModelStore {
  readonly directory: string
  readonly manifest: ModelManifest
}

/** What the store keeps about a file that it has hashed. */
export interface ModelRecord {
  readonly name: string
  readonly file: string
  /** The hash that the file is pinned to. */
  readonly sha256: string
  readonly sizeBytes: number
  /** State of the file when its hash was checked, and when that was, in milliseconds of the wall clock. */
  readonly stamp: FileStamp
  readonly checkedAtMs: number
}

const RECORD_VERSION = 1

/** The manifest's entry for `name`. */
export function findManifestModel(store: ModelStore, name: string): ManifestModel | undefined {
  return store.manifest.models.find((model) => model.name === name)
}

/** Throws unless `name` can be a model's name, which is part of file names. */
export function checkModelName(name: string): void {
  if (MODEL_NAME_PATTERN.test(name)) return
  throw new ModelError('MODEL_UNKNOWN', 'impossible name of a model', {
    expected: 'up to 100 letters, digits, dots and dashes',
    actual: JSON.stringify(name.slice(0, 120)),
  })
}

/** Path of the model's file in the store. */
export function storedPath(store: ModelStore, file: string): string {
  return join(store.directory, file)
}

/** The store's record of `name`; undefined if there is none or it is damaged: then the file is hashed again. */
export async function readRecord(store: ModelStore, name: string): Promise<ModelRecord | undefined> {
  checkModelName(name)
  const text = await readFile(recordPath(store, name), 'utf8').catch(() => undefined)
  return text === undefined ? undefined : parseRecord(text, name)
}

/** Remembers that the file at `path` was found to have a hash. */
export async function recordModel(
  store: ModelStore,
  { name, file, path }: { readonly name: string; readonly file: string; readonly path: string },
  {
    sha256,
    checkedAtMs,
    stamp: known,
  }: { readonly sha256: string; readonly checkedAtMs: number; readonly stamp?: FileStamp },
): Promise<void> {
  const stamp = known ?? (await stampFile(path))
  if (stamp === undefined) throw new ModelError('MODEL_STORE_FAILED', `${path} vanished`)
  await writeRecord(store, { name, file, sha256, sizeBytes: stamp.sizeBytes, stamp, checkedAtMs })
}

/** True if the record shows that a file with this stamp has the hash. */
export function provesHash(record: ModelRecord | undefined, stamp: FileStamp, sha256: string): boolean {
  return record?.sha256 === sha256 && equalStamps(record.stamp, stamp) && isSettled(stamp, record.checkedAtMs)
}

/** Replaces the store's record of a model, in one step. */
async function writeRecord(store: ModelStore, record: ModelRecord): Promise<void> {
  await mkdir(store.directory, { recursive: true })
  await replaceFile(
    recordPath(store, record.name),
    `${JSON.stringify({ version: RECORD_VERSION, ...record }, null, 2)}\n`,
  )
}

/** Writes `text` to `path` so that a reader sees the old content or the new one, never a part, even after a crash. */
export async function replaceFile(path: string, text: string): Promise<void> {
  const temporary = `${path}.${randomUUID()}.tmp`
  const file = await open(temporary, 'w')
  try {
    await file.writeFile(text)
    await file.sync()
  } finally {
    await file.close()
  }
  await rename(temporary, path).catch(async (cause: unknown) => {
    await rm(temporary, { force: true })
    throw cause
  })
}

function recordPath(store: ModelStore, name: string): string {
  return join(store.directory, `${name}.json`)
}

function parseRecord(text: string, name: string): ModelRecord | undefined {
  let record: Partial<Record<keyof ModelRecord | 'version', unknown>>
  try {
    record = JSON.parse(text) ?? {}
  } catch {
    return undefined
  }
  const { version, file, sha256, sizeBytes, stamp, checkedAtMs } = record
  if (version !== RECORD_VERSION || record.name !== name) return undefined
  if (typeof file !== 'string' || !/^[a-z0-9][a-z0-9._-]*\.gguf$/i.test(file)) return undefined
  if (typeof sha256 !== 'string' || !SHA256_PATTERN.test(sha256) || typeof sizeBytes !== 'number') return undefined
  if (!isStamp(stamp) || typeof checkedAtMs !== 'number') return undefined
  return { name, file, sha256, sizeBytes, stamp, checkedAtMs }
}

function isStamp(value: unknown): value is FileStamp {
  if (typeof value !== 'object' || value === null) return false
  const stamp = value as Partial<Record<keyof FileStamp, unknown>>
  const texts = [stamp.inode, stamp.device, stamp.modifiedNs, stamp.changedNs]
  return typeof stamp.sizeBytes === 'number' && texts.every((text) => typeof text === 'string' && /^\d+$/.test(text))
}
