import { randomUUID } from 'node:crypto'
import { constants, copyFile, rename, rm, symlink } from 'node:fs/promises'
import { basename, resolve } from 'node:path'
import { ModelError } from './model-error.ts'
import type { ModelIdentity } from './model-identity.ts'
import { identifyFile, modelIdentity } from './model-identity.ts'
import { withModelLock } from './model-lock.ts'
import { SHA256_PATTERN } from './model-manifest.ts'
import type { ModelStore } from './model-store.ts'
import { checkModelName, findManifestModel, readRecord, recordModel, storedPath } from './model-store.ts'
import type { ResolvedModel } from './resolve-model.ts'

/** A model file on this machine to put into the store. */
export interface ImportModelOptions {
  readonly path: string
  /** Name in the store; the file's name without `.gguf` unless given. */
  readonly name?: string
  /**
   * `copy` makes the store self-contained; `link` saves space and depends on the original staying where and what it
   * is.
   */
  readonly mode: 'copy' | 'link'
  /**
   * The hash that the file must have; needed, or else {@link ImportModelOptions.confirm}, where the manifest has none.
   */
  readonly sha256?: string
  /** Asked for a file that nothing vouches for: true pins the model to the hash that was computed. */
  readonly confirm?: (identity: ModelIdentity) => Promise<boolean>
  readonly signal?: AbortSignal | undefined
}

/** Takes a local model file into the store: checks its structure and hash, then puts it there in one step. */
export async function importModel(store: ModelStore, options: ImportModelOptions): Promise<ResolvedModel> {
  const name = options.name ?? basename(options.path).replace(/\.gguf$/i, '')
  checkModelName(name)
  const file = fileFor(store, name)
  const { signal } = options
  const work = async (): Promise<ResolvedModel> => {
    const original = await modelIdentity(options.path, { signal })
    await checkPin(store, name, { identity: original, options })
    const path = storedPath(store, file)
    const temporary = `${path}.${randomUUID()}.tmp`
    try {
      if (options.mode === 'link') await symlink(resolve(options.path), temporary)
      else await copyFile(options.path, temporary, constants.COPYFILE_FICLONE)
      // What counts is what the store has: the original may have changed in between.
      const { identity } = await identifyFile(temporary, { signal })
      if (identity.sha256 !== original.sha256)
        throw mismatch(options.path, { expected: original.sha256, actual: identity.sha256 })
      await rename(temporary, path)
      await recordModel(store, { name, file, path }, { sha256: identity.sha256, checkedAtMs: Date.now() })
      return { name, path, ...identity }
    } finally {
      await rm(temporary, { force: true })
    }
  }
  return await withModelLock(store, name, { work, waitMs: 0, signal })
}

/** File name for a model: the manifest's, or its name; never that of another model. */
function fileFor(store: ModelStore, name: string): string {
  const known = findManifestModel(store, name)
  if (known?.embedded !== undefined) {
    const hint = 'give the file another name'
    throw new ModelError('MODEL_NAME_TAKEN', `the model ${name} comes with the project`, { hint })
  }
  if (known !== undefined) return known.file
  const file = `${name}.gguf`
  const owner = store.manifest.models.find((model) => model.file.toLowerCase() === file.toLowerCase())
  if (owner === undefined) return file
  throw new ModelError('MODEL_NAME_TAKEN', `${file} is the file of the model ${owner.name}`, {
    hint: `import it as ${owner.name}`,
  })
}

async function checkPin(
  store: ModelStore,
  name: string,
  { identity, options }: { readonly identity: ModelIdentity; readonly options: ImportModelOptions },
): Promise<void> {
  const { sha256: actual } = identity
  const known = findManifestModel(store, name)
  const recorded = (await readRecord(store, name))?.sha256
  const pins = [options.sha256?.toLowerCase(), known?.sha256 ?? undefined, recorded].filter((pin) => pin !== undefined)
  for (const expected of pins) {
    if (!SHA256_PATTERN.test(expected) || expected !== actual) throw mismatch(options.path, { expected, actual })
  }
  if (pins.length > 0 || (await options.confirm?.(identity)) === true) return
  throw new ModelError('MODEL_NOT_PINNED', `nothing says that ${options.path} is the model ${name}`, {
    actual,
    hint: 'compare the SHA-256 with one that you trust and confirm it',
  })
}

function mismatch(path: string, hashes: { readonly expected: string; readonly actual: string }): ModelError {
  return new ModelError('MODEL_HASH_MISMATCH', `${path} is another file than was wanted`, hashes)
}
