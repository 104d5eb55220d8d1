import type { GgufMetadata } from '../gguf/gguf-format.ts'
import type { GgufHeader } from '../gguf/read-gguf.ts'
import { readGguf } from '../gguf/read-gguf.ts'

/** What a model file says about itself. A field is undefined if the file says nothing about it. */
export interface ModelDescription {
  /** `general.architecture`, such as `llama` or `qwen2`. */
  readonly architecture: string
  readonly name: string | undefined
  readonly license: string | undefined
  readonly layers: number | undefined
  readonly width: number | undefined
  readonly heads: number | undefined
  readonly kvHeads: number | undefined
  readonly feedForward: number | undefined
  readonly contextLength: number | undefined
  readonly vocabularySize: number
  /** `tokenizer.ggml.model`, such as `llama` or `gpt2`. */
  readonly tokenizer: string | undefined
  /** Weights in all tensors together. */
  readonly parameters: number
  readonly tensors: number
  /** Bytes by tensor type, the largest share first. */
  readonly quantization: readonly { readonly type: string; readonly tensors: number; readonly sizeBytes: number }[]
}

/** Reads and checks the structure of the model file at `path` and says what it is; the weights are not read. */
export async function inspectModel(path: string): Promise<ModelDescription> {
  return describeModel(await readGguf(path))
}

/** What a file with this header is. */
export function describeModel({ metadata, tensors }: GgufHeader): ModelDescription {
  const architecture = textOf(metadata, 'general.architecture') ?? 'unknown'
  const number = (key: string): number | undefined => numberOf(metadata, `${architecture}.${key}`)
  return {
    architecture,
    name: textOf(metadata, 'general.name'),
    license: textOf(metadata, 'general.license'),
    layers: number('block_count'),
    width: number('embedding_length'),
    heads: number('attention.head_count'),
    kvHeads: number('attention.head_count_kv'),
    feedForward: number('feed_forward_length'),
    contextLength: number('context_length'),
    vocabularySize: vocabularySizeOf(metadata),
    tokenizer: textOf(metadata, 'tokenizer.ggml.model'),
    parameters: tensors.reduce(
      (sum, { dimensions }) => sum + dimensions.reduce((product, size) => product * size, 1),
      0,
    ),
    tensors: tensors.length,
    quantization: quantizationOf(tensors),
  }
}

function quantizationOf(tensors: GgufHeader['tensors']): ModelDescription['quantization'] {
  const shares = Map.groupBy(tensors, ({ type }) => type)
  return [...shares]
    .map(([type, members]) => ({
      type,
      tensors: members.length,
      sizeBytes: members.reduce((sum, { sizeBytes }) => sum + sizeBytes, 0),
    }))
    .toSorted((a, b) => b.sizeBytes - a.sizeBytes)
}

function vocabularySizeOf(metadata: GgufMetadata): number {
  const tokens = metadata.get('tokenizer.ggml.tokens')
  return tokens?.type === 'array' ? tokens.value.length : 0
}

/** A text without anything that could control a terminal: these are the file's words, not ours. */
function textOf(metadata: GgufMetadata, key: string): string | undefined {
  const entry = metadata.get(key)
  return entry?.type === 'string' ? entry.value.replace(/[\p{Cc}\p{Cf}]/gu, '').slice(0, 200) : undefined
}

function numberOf(metadata: GgufMetadata, key: string): number | undefined {
  const entry = metadata.get(key)
  if (entry === undefined || (typeof entry.value !== 'number' && typeof entry.value !== 'bigint')) return undefined
  return Number(entry.value)
}
