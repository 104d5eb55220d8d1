import { createByteVocabulary } from './byte-vocabulary.ts'
import { GGML_TYPES } from './gguf-format.ts'
import type { LlamaShape, LlamaTensor } from './llama-metadata.ts'
import { llamaMetadata, llamaTensors } from './llama-metadata.ts'
import type { WritableType } from './quantize.ts'
import { encodeWeights } from './quantize.ts'
import { randomWeights } from './random-weights.ts'
import type { GgufTensorSource, WrittenGguf } from './write-gguf.ts'
import { writeGguf } from './write-gguf.ts'

/** A model with seeded random weights: useless answers, but real inference of any size and format. */
export interface SyntheticLlamaOptions extends LlamaShape {
  /** At least 259: the byte vocabulary and then tokens that no text reaches. */
  readonly vocabularySize: number
  readonly format: WritableType
  /** Unsigned 32 bits. Equal options give equal bytes. */
  readonly seed: number
  /** Whether the embedding serves as output layer too. */
  readonly tied: boolean
}

/** A small model for tests: 4 layers of width 64, about 0.2 million weights. */
export const SMALL_SYNTHETIC_LLAMA: SyntheticLlamaOptions = {
  layers: 4,
  width: 64,
  heads: 4,
  kvHeads: 2,
  feedForward: 192,
  contextLength: 512,
  vocabularySize: 259,
  format: 'Q8_0',
  seed: 1,
  tied: false,
}

/** The shape of TinyLlama 1.1B: 600 MB in Q4_0. */
export const TINYLLAMA_SHAPED: SyntheticLlamaOptions = {
  layers: 22,
  width: 2048,
  heads: 32,
  kvHeads: 4,
  feedForward: 5632,
  contextLength: 2048,
  vocabularySize: 32_000,
  format: 'Q4_0',
  seed: 1,
  tied: false,
}

/** Writes the model to `path`. */
export async function writeSyntheticLlama(path: string, options: SyntheticLlamaOptions): Promise<WrittenGguf> {
  checkShape(options)
  const vocabulary = createByteVocabulary(options.vocabularySize)
  return await writeGguf(path, {
    metadata: llamaMetadata(options, vocabulary, { name: 'synthetic', license: 'CC0-1.0', format: options.format }),
    tensors: llamaTensors(options, options.vocabularySize, options).map((tensor, stream) =>
      syntheticTensor(tensor, stream, options),
    ),
  })
}

function syntheticTensor(
  { name, dimensions }: LlamaTensor,
  stream: number,
  { format, seed }: SyntheticLlamaOptions,
): GgufTensorSource {
  const [rowLength, rows] = dimensions
  if (rows === undefined) return { name, type: 'F32', dimensions, data: () => [normWeights(rowLength, seed, stream)] }
  // Rows of length n and deviation 1/sqrt(n) keep the size of what passes through them, whatever the width.
  const deviation = 1 / Math.sqrt(rowLength)
  return {
    name,
    type: format,
    dimensions,
    data: () => randomWeights({ type: format, count: rowLength * rows, deviation, seed, stream }),
  }
}

/** Weights around 1, as those of a normalisation are. */
function normWeights(count: number, seed: number, stream: number): Uint8Array {
  const weights = new Float32Array(count)
  let at = 0
  for (const piece of randomWeights({ type: 'F32', count, deviation: 0.1, seed, stream })) {
    for (const offset of new Float32Array(piece.buffer, piece.byteOffset, piece.length / 4)) weights[at++] = 1 + offset
  }
  return encodeWeights('F32', weights)
}

function checkShape(options: SyntheticLlamaOptions): void {
  const { width, heads, kvHeads, feedForward, format } = options
  const { blockSize } = GGML_TYPES[format]
  if (width % heads !== 0) throw new RangeError(`width ${width} is not a multiple of ${heads} heads`)
  if ((width / heads) % 2 !== 0)
    throw new RangeError(`a head of ${width / heads} numbers is odd: the rotary embedding needs pairs`)
  if (heads % kvHeads !== 0) throw new RangeError(`${heads} heads are not a multiple of ${kvHeads} key and value heads`)
  if (width % blockSize !== 0)
    throw new RangeError(`width ${width} is not a multiple of ${format}'s block of ${blockSize}`)
  if (feedForward % blockSize !== 0)
    throw new RangeError(`feed-forward ${feedForward} is not a multiple of ${format}'s block of ${blockSize}`)
}
