/**
 * GGUF model files: reading their structure, writing them, and making models of random weights for tests and benches.
 *
 * @example
 * import { SMALL_SYNTHETIC_LLAMA, writeSyntheticLlama } from '@poai/inference/gguf'
 * await writeSyntheticLlama('model.gguf', SMALL_SYNTHETIC_LLAMA)
 */

export { halfBitsToFloat } from './gguf/float16.ts'
export { encodeWeights, type WritableType } from './gguf/quantize.ts'
export { type GgufHeader, readGguf } from './gguf/read-gguf.ts'
export type { GgufTensor } from './gguf/read-tensor-table.ts'
export {
  SMALL_SYNTHETIC_LLAMA,
  type SyntheticLlamaOptions,
  TINYLLAMA_SHAPED,
  writeSyntheticLlama,
} from './gguf/synthetic-llama.ts'
export { type GgufContent, type GgufTensorSource, type WrittenGguf, writeGguf } from './gguf/write-gguf.ts'
