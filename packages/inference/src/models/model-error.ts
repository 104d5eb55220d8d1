import { AppError } from '@poai/core'

/**
 * What can go wrong with a model file or the store of model files.
 *
 * - `MODEL_NOT_GGUF`: the file is something else: often a web page that a download brought instead.
 * - `MODEL_UNSUPPORTED`: a GGUF file of a version or with a tensor type that is not known here.
 * - `MODEL_TRUNCATED`: the file ends before its header says.
 * - `MODEL_HOSTILE`: the file contradicts itself or exceeds a bound; no honest writer makes such a file.
 * - `MODEL_HASH_MISMATCH`: complete, but not the file that was wanted.
 * - `MODEL_SIZE_MISMATCH`: the source has a file of another size than was wanted.
 * - `MODEL_UNKNOWN`: neither the manifest nor the store knows the name.
 * - `MODEL_MISSING`: a known model, but its file is not here.
 * - `MODEL_NOT_PINNED`: no SHA-256 is known for the model, so nothing says that a file is the right one.
 * - `MODEL_NAME_TAKEN`: the name stands for another file already.
 * - `MODEL_MANIFEST_INVALID`: the manifest or a record of the store is damaged.
 * - `MODEL_DOWNLOAD_FAILED`: no source delivered the file.
 * - `MODEL_DISK_FULL`: not enough room for the file.
 * - `MODEL_BUSY`: another process works on the same model.
 * - `MODEL_STORE_FAILED`: the file system refused something.
 */
export type ModelErrorCode =
  | 'MODEL_NOT_GGUF'
  | 'MODEL_UNSUPPORTED'
  | 'MODEL_TRUNCATED'
  | 'MODEL_HOSTILE'
  | 'MODEL_HASH_MISMATCH'
  | 'MODEL_SIZE_MISMATCH'
  | 'MODEL_UNKNOWN'
  | 'MODEL_MISSING'
  | 'MODEL_NOT_PINNED'
  | 'MODEL_NAME_TAKEN'
  | 'MODEL_MANIFEST_INVALID'
  | 'MODEL_DOWNLOAD_FAILED'
  | 'MODEL_DISK_FULL'
  | 'MODEL_BUSY'
  | 'MODEL_STORE_FAILED'

/** A model file or the model store failed: no judgement on a block. */
export class ModelError extends AppError<ModelErrorCode> {
  override readonly name: string = 'ModelError'
}
