import { readGguf } from '../gguf/read-gguf.ts'
import { describeModel } from './describe-model.ts'
import { stampFile } from './file-stamp.ts'
import type { HashFileOptions } from './hash-file.ts'
import { ModelError } from './model-error.ts'
import type { ModelIdentity } from './model-identity.ts'
import { identifyFile } from './model-identity.ts'
import type { ModelRecord, ModelStore } from './model-store.ts'
import { checkModelName, findManifestModel, provesHash, readRecord, recordModel, storedPath } from './model-store.ts'

/** A model file that was checked against its pinned hash. */
export interface ResolvedModel extends ModelIdentity {
  readonly name: string
  readonly path: string
}

/** How to check a model. */
export interface ResolveModelOptions extends HashFileOptions {
  /** Wall clock; only decides from when on a file's state proves its hash. */
  readonly nowMs?: (() => number) | undefined
}

/** Where a model's file is and which hash it must have. */
export interface ModelLocation {
  readonly name: string
  readonly path: string
  readonly file: string
  readonly sha256: string
  readonly record: ModelRecord | undefined
  readonly isEmbedded: boolean
}

/**
 * The file of the model `name`, ready for an engine. Its hash is computed once and remembered with the state of the
 * file; a file that has changed in any way is hashed again.
 */
export async function resolveModel(
  store: ModelStore,
  name: string,
  options: ResolveModelOptions = {},
): Promise<ResolvedModel> {
  const location = await locateModel(store, name)
  const { path, sha256, record } = location
  const stamp = await stampFile(path)
  if (stamp === undefined || !provesHash(record, stamp, sha256)) return await verifyLocation(store, location, options)
  return { name, path, sha256, sizeBytes: stamp.sizeBytes, description: describeModel(await readGguf(path)) }
}

/** Like {@link resolveModel}, but always reads and hashes the whole file. */
export async function verifyModel(
  store: ModelStore,
  name: string,
  options: ResolveModelOptions = {},
): Promise<ResolvedModel> {
  return await verifyLocation(store, await locateModel(store, name), options)
}

/** Reads and hashes the file of a model that was located, and remembers the result. */
export async function verifyLocation(
  store: ModelStore,
  location: ModelLocation,
  options: ResolveModelOptions,
): Promise<ResolvedModel> {
  const { name, path, sha256, isEmbedded } = location
  if ((await stampFile(path)) === undefined) throw missing(location)
  const { identity, stamp } = await identifyFile(path, options)
  if (identity.sha256 !== sha256) {
    throw new ModelError('MODEL_HASH_MISMATCH', `${path} is not the model ${name}`, {
      expected: sha256,
      actual: identity.sha256,
      hint: isEmbedded ? 'take the file of the release again' : 'delete the file and pull the model again',
    })
  }
  // An embedded model is small, and its folder may belong to somebody else: it is hashed each time.
  if (!isEmbedded) await recordModel(store, location, { sha256, stamp, checkedAtMs: (options.nowMs ?? Date.now)() })
  return { name, path, ...identity }
}

/** Where the file of `name` must be and what it must hash to; the file itself is not looked at. */
async function locateModel(store: ModelStore, name: string): Promise<ModelLocation> {
  checkModelName(name)
  const known = findManifestModel(store, name)
  const record = await readRecord(store, name)
  if (known === undefined && record === undefined) throw unknown(store, name)
  const sha256 = known?.sha256 ?? record?.sha256
  if (sha256 === undefined) {
    const hint = `import it with the SHA-256 that you trust: nobody else says which file ${name} is`
    throw new ModelError('MODEL_NOT_PINNED', `no SHA-256 is known for the model ${name}`, { hint })
  }
  const file = known?.file ?? record?.file ?? `${name}.gguf`
  const path = known?.embedded ?? storedPath(store, file)
  return { name, path, file, sha256, record, isEmbedded: known?.embedded !== undefined }
}

function unknown(store: ModelStore, name: string): ModelError {
  const names = store.manifest.models.map((model) => model.name).join(', ')
  return new ModelError('MODEL_UNKNOWN', `there is no model ${name}`, {
    expected: `one of ${names}, or an imported one`,
    actual: name,
  })
}

function missing({ name, path, isEmbedded }: ModelLocation): ModelError {
  const hint = isEmbedded
    ? 'it comes with the project: take the release again'
    : `pull the model ${name}, or import its file`
  return new ModelError('MODEL_MISSING', `the file of the model ${name} is not here`, { expected: path, hint })
}
