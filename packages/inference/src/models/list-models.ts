import { readdir, stat } from 'node:fs/promises'
import { equalStamps, stampFile } from './file-stamp.ts'
import type { ManifestModel } from './model-manifest.ts'
import { MODEL_NAME_PATTERN } from './model-manifest.ts'
import type { ModelRecord, ModelStore } from './model-store.ts'
import { findManifestModel, readRecord, storedPath } from './model-store.ts'

/**
 * - `embedded`: comes with the project.
 * - `verified`: its hash was checked and the file has not changed since.
 * - `unverified`: the file is here; its hash is checked when it is used.
 * - `partial`: a download was begun.
 * - `missing`: known by name only.
 */
export type ModelState = 'embedded' | 'verified' | 'unverified' | 'partial' | 'missing'

/** One line of the list of models. */
export interface ListedModel {
  readonly name: string
  readonly state: ModelState
  /** Bytes that are here. */
  readonly storedBytes: number
  /** Size of the whole file; null where nobody knows it yet. */
  readonly sizeBytes: number | null
  /** The pinned hash; null where there is none. */
  readonly sha256: string | null
  /** The manifest's entry; absent for a model of the user's own. */
  readonly known?: ManifestModel
}

/** The manifest's models in its order, then the imported ones by name. Reads no model file. */
export async function listModels(store: ModelStore): Promise<readonly ListedModel[]> {
  const known = store.manifest.models.map(({ name }) => name)
  const imported = (await recordedNames(store)).filter((name) => !known.includes(name))
  return await Promise.all([...known, ...imported.toSorted()].map((name) => listModel(store, name)))
}

async function listModel(store: ModelStore, name: string): Promise<ListedModel> {
  const known = findManifestModel(store, name)
  const record = await readRecord(store, name)
  const path = known?.embedded ?? storedPath(store, known?.file ?? record?.file ?? `${name}.gguf`)
  const sha256 = known?.sha256 ?? record?.sha256 ?? null
  const { state, storedBytes } = await stateOf(path, { record, sha256, isEmbedded: known?.embedded !== undefined })
  return {
    name,
    state,
    storedBytes,
    sizeBytes: known?.sizeBytes ?? record?.sizeBytes ?? null,
    sha256,
    ...(known === undefined ? {} : { known }),
  }
}

async function stateOf(
  path: string,
  {
    record,
    sha256,
    isEmbedded,
  }: { readonly record: ModelRecord | undefined; readonly sha256: string | null; readonly isEmbedded: boolean },
): Promise<{ readonly state: ModelState; readonly storedBytes: number }> {
  const stamp = await stampFile(path)
  if (stamp !== undefined) {
    const isVerified = record?.sha256 === sha256 && equalStamps(record.stamp, stamp)
    return { state: isEmbedded ? 'embedded' : isVerified ? 'verified' : 'unverified', storedBytes: stamp.sizeBytes }
  }
  const partBytes = await stat(`${path}.part`).then(
    ({ size }) => size,
    () => 0,
  )
  return { state: partBytes > 0 ? 'partial' : 'missing', storedBytes: partBytes }
}

/**
 * Names with a record. A record's file name is the model's name and `.json`; the states of downloads end in
 * `.part.json`.
 */
async function recordedNames(store: ModelStore): Promise<readonly string[]> {
  const entries = await readdir(store.directory).catch(() => [])
  const names = entries
    .filter((entry) => entry.endsWith('.json') && !entry.endsWith('.part.json'))
    .map((entry) => entry.slice(0, -'.json'.length))
  const records = await Promise.all(
    names.filter((name) => MODEL_NAME_PATTERN.test(name)).map((name) => readRecord(store, name)),
  )
  return records.flatMap((record) => (record === undefined ? [] : [record.name]))
}
