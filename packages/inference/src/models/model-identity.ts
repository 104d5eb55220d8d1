import { readGguf } from '../gguf/read-gguf.ts'
import type { ModelDescription } from './describe-model.ts'
import { describeModel } from './describe-model.ts'
import type { FileStamp } from './file-stamp.ts'
import { equalStamps, stampFile } from './file-stamp.ts'
import type { HashFileOptions } from './hash-file.ts'
import { hashFile } from './hash-file.ts'
import { ModelError } from './model-error.ts'

/** Which model a file is: networks name it by its hash. */
export interface ModelIdentity {
  /** Lower-case hex. */
  readonly sha256: string
  readonly sizeBytes: number
  readonly description: ModelDescription
}

/** Reads the whole file at `path`: its hash and, checked, its structure. Depends on nothing but the file's bytes. */
export async function modelIdentity(path: string, options: HashFileOptions = {}): Promise<ModelIdentity> {
  return (await identifyFile(path, options)).identity
}

/** As {@link modelIdentity}, together with the state in which the file was read. */
export async function identifyFile(
  path: string,
  options: HashFileOptions = {},
): Promise<{ readonly identity: ModelIdentity; readonly stamp: FileStamp }> {
  const stamp = await stampFile(path)
  if (stamp === undefined) throw new ModelError('MODEL_MISSING', `there is no file ${path}`)
  const description = describeModel(await readGguf(path))
  const sha256 = await hashFile(path, options)
  const after = await stampFile(path)
  if (after === undefined || !equalStamps(stamp, after)) {
    throw new ModelError('MODEL_STORE_FAILED', `${path} changed while it was read`, {
      hint: 'wait until whoever writes it is done',
    })
  }
  return { identity: { sha256, sizeBytes: stamp.sizeBytes, description }, stamp }
}
