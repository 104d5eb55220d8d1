import type { DownloadDependencies, DownloadPatience, DownloadProgress } from './download-model.ts'
import { downloadModel, SYSTEM_DOWNLOAD_DEPENDENCIES } from './download-model.ts'
import { stampFile } from './file-stamp.ts'
import { ModelError } from './model-error.ts'
import { withModelLock } from './model-lock.ts'
import type { ManifestModel } from './model-manifest.ts'
import { SHA256_PATTERN } from './model-manifest.ts'
import type { ModelStore } from './model-store.ts'
import { findManifestModel, readRecord, storedPath } from './model-store.ts'
import type { ResolvedModel } from './resolve-model.ts'
import { verifyLocation, verifyModel } from './resolve-model.ts'

/** How to pull a model. */
export interface PullModelOptions {
  /** The hash to pin the model to if the manifest has none. */
  readonly sha256?: string
  readonly patience?: DownloadPatience | undefined
  readonly signal?: AbortSignal | undefined
  readonly onProgress?: ((progress: DownloadProgress) => void) | undefined
  /** Called when another process is already pulling the model: this one waits for it. */
  readonly onWait?: (() => void) | undefined
  /** How long to wait for another process; by default, as long as it lives. */
  readonly waitMs?: number
}

/**
 * Fetches the model `name` of the manifest into the store, unless its right file is there already. Resumes an
 * interrupted pull. Two pulls of the same model, in one process or two, take turns: the second finds the file there.
 */
export async function pullModel(
  store: ModelStore,
  name: string,
  {
    dependencies = SYSTEM_DOWNLOAD_DEPENDENCIES,
    ...options
  }: PullModelOptions & { readonly dependencies?: DownloadDependencies } = {},
): Promise<ResolvedModel> {
  const model = findManifestModel(store, name)
  if (model === undefined) throw notInManifest(store, name)
  const { waitMs = Number.POSITIVE_INFINITY, signal, onWait } = options
  if (model.embedded !== undefined) return await verifyModel(store, name, { signal })
  const work = (): Promise<ResolvedModel> => pullLocked(store, model, { options, dependencies })
  return await withModelLock(store, name, { work, waitMs, signal, onWait })
}

async function pullLocked(
  store: ModelStore,
  model: ManifestModel,
  { options, dependencies }: { readonly options: PullModelOptions; readonly dependencies: DownloadDependencies },
): Promise<ResolvedModel> {
  const { name, file, sources, sizeBytes } = model
  const { signal, onProgress, patience } = options
  const sha256 = await pinOf(store, model, options.sha256?.toLowerCase())
  const path = storedPath(store, file)
  if ((await stampFile(path)) === undefined) {
    await downloadModel({ path, sources, sha256, sizeBytes, signal, onProgress, patience }, dependencies)
  }
  return await verifyLocation(store, { name, file, path, sha256, record: undefined, isEmbedded: false }, { signal })
}

/** The one hash that the file must have. Fetching without one would mean trusting whoever answers. */
async function pinOf(store: ModelStore, model: ManifestModel, wanted: string | undefined): Promise<string> {
  if (wanted !== undefined && !SHA256_PATTERN.test(wanted)) {
    throw new ModelError('MODEL_NOT_PINNED', 'not a SHA-256', {
      expected: '64 hexadecimal digits',
      actual: JSON.stringify(wanted),
    })
  }
  const pinned = model.sha256 ?? (await readRecord(store, model.name))?.sha256
  if (pinned !== undefined && wanted !== undefined && pinned !== wanted) {
    throw new ModelError('MODEL_HASH_MISMATCH', `the model ${model.name} is pinned to another file`, {
      expected: pinned,
      actual: wanted,
    })
  }
  const sha256 = pinned ?? wanted
  if (sha256 !== undefined) return sha256
  const hint = 'name the SHA-256 that you trust, or import the file'
  throw new ModelError('MODEL_NOT_PINNED', `no SHA-256 is known for the model ${model.name}`, { hint })
}

function notInManifest(store: ModelStore, name: string): ModelError {
  const names = store.manifest.models.map((model) => model.name).join(', ')
  return new ModelError('MODEL_UNKNOWN', `there is no source for a model ${name}`, {
    expected: `one of ${names}`,
    actual: name,
    hint: 'import the file if you have it',
  })
}
