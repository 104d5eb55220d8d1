import type { TokenVocabulary } from './byte-vocabulary.ts'
import type { GgufMetadata, GgufValue } from './gguf-format.ts'
import type { WritableType } from './quantize.ts'

/** The numbers that make a Llama-architecture model. */
export interface LlamaShape {
  readonly layers: number
  /** Length of a token's vector (`embedding_length`). */
  readonly width: number
  readonly heads: number
  /** Heads of keys and values; fewer than `heads` means grouped-query attention. */
  readonly kvHeads: number
  readonly feedForward: number
  readonly contextLength: number
}

/** What a model says about itself besides its shape. */
export interface LlamaDescription {
  readonly name: string
  readonly license: string
  /** Type of most of its weights. */
  readonly format: WritableType
}

/** Epsilon of RMS normalisation and base of the rotary embedding that all models written here use. */
const RMS_EPSILON = 1e-5
const ROPE_BASE = 10_000

/** `enum llama_ftype` for a file whose matrices are mostly of this type. */
const FILE_TYPES: Readonly<Record<WritableType, number>> = { F32: 0, F16: 1, Q4_0: 2, Q8_0: 7 }

/** GGML_QNT_VERSION: the layout of quantised blocks. */
const QUANTIZATION_VERSION = 2

/**
 * Metadata that makes llama.cpp load a Llama-architecture model with the tokenizer `vocabulary`. The rotary embedding
 * turns neighbouring pairs (2i, 2i + 1), so weights trained that way need no permutation.
 */
export function llamaMetadata(
  shape: LlamaShape,
  vocabulary: TokenVocabulary,
  description: LlamaDescription,
): GgufMetadata {
  return new Map<string, GgufValue>([
    ['general.architecture', { type: 'string', value: 'llama' }],
    ['general.name', { type: 'string', value: description.name }],
    ['general.license', { type: 'string', value: description.license }],
    ['general.file_type', { type: 'uint32', value: FILE_TYPES[description.format] }],
    ['general.quantization_version', { type: 'uint32', value: QUANTIZATION_VERSION }],
    ['llama.context_length', { type: 'uint32', value: shape.contextLength }],
    ['llama.embedding_length', { type: 'uint32', value: shape.width }],
    ['llama.block_count', { type: 'uint32', value: shape.layers }],
    ['llama.feed_forward_length', { type: 'uint32', value: shape.feedForward }],
    ['llama.attention.head_count', { type: 'uint32', value: shape.heads }],
    ['llama.attention.head_count_kv', { type: 'uint32', value: shape.kvHeads }],
    ['llama.attention.layer_norm_rms_epsilon', { type: 'float32', value: RMS_EPSILON }],
    ['llama.rope.dimension_count', { type: 'uint32', value: shape.width / shape.heads }],
    ['llama.rope.freq_base', { type: 'float32', value: ROPE_BASE }],
    ['llama.vocab_size', { type: 'uint32', value: vocabulary.pieces.length }],
    ['tokenizer.ggml.model', { type: 'string', value: 'llama' }],
    ['tokenizer.ggml.pre', { type: 'string', value: 'default' }],
    ['tokenizer.ggml.tokens', { type: 'array', of: 'string', value: vocabulary.pieces }],
    ['tokenizer.ggml.scores', { type: 'array', of: 'float32', value: vocabulary.pieces.map(() => 0) }],
    ['tokenizer.ggml.token_type', { type: 'array', of: 'int32', value: vocabulary.types }],
    ['tokenizer.ggml.bos_token_id', { type: 'uint32', value: vocabulary.begin }],
    ['tokenizer.ggml.eos_token_id', { type: 'uint32', value: vocabulary.end }],
    ['tokenizer.ggml.unknown_token_id', { type: 'uint32', value: vocabulary.unknown }],
    ['tokenizer.ggml.padding_token_id', { type: 'uint32', value: vocabulary.end }],
    ['tokenizer.ggml.add_bos_token', { type: 'bool', value: true }],
    ['tokenizer.ggml.add_eos_token', { type: 'bool', value: false }],
    ['tokenizer.ggml.add_space_prefix', { type: 'bool', value: false }],
  ])
}

/** A tensor of a Llama-architecture model: its name and dimensions, the length of a row first. */
export interface LlamaTensor {
  readonly name: string
  readonly dimensions: readonly [number] | readonly [number, number]
}

/**
 * Tensors that llama.cpp expects, in the order written. Without `output.weight` the embedding serves as output layer
 * too (tied).
 */
export function llamaTensors(
  shape: LlamaShape,
  vocabularySize: number,
  options: { readonly tied: boolean },
): readonly LlamaTensor[] {
  const { layers, width, feedForward } = shape
  const kvWidth = (width / shape.heads) * shape.kvHeads
  const tensors: LlamaTensor[] = [
    { name: 'token_embd.weight', dimensions: [width, vocabularySize] },
    { name: 'output_norm.weight', dimensions: [width] },
  ]
  if (!options.tied) tensors.push({ name: 'output.weight', dimensions: [width, vocabularySize] })
  for (let layer = 0; layer < layers; layer++) {
    const prefix = `blk.${layer}`
    tensors.push(
      { name: `${prefix}.attn_norm.weight`, dimensions: [width] },
      { name: `${prefix}.attn_q.weight`, dimensions: [width, width] },
      { name: `${prefix}.attn_k.weight`, dimensions: [width, kvWidth] },
      { name: `${prefix}.attn_v.weight`, dimensions: [width, kvWidth] },
      { name: `${prefix}.attn_output.weight`, dimensions: [width, width] },
      { name: `${prefix}.ffn_norm.weight`, dimensions: [width] },
      { name: `${prefix}.ffn_gate.weight`, dimensions: [width, feedForward] },
      { name: `${prefix}.ffn_up.weight`, dimensions: [width, feedForward] },
      { name: `${prefix}.ffn_down.weight`, dimensions: [feedForward, width] },
    )
  }
  return tensors
}
