/*
 * GGUF version 3, all numbers little-endian:
 *
 *   field            type     example (hex)
 *   magic            4 bytes  47 47 55 46                 "GGUF"
 *   version          u32      03 00 00 00
 *   tensor count     u64      01 00 00 00 00 00 00 00
 *   metadata count   u64      01 00 00 00 00 00 00 00
 *   metadata …       entry    02 00 00 00 00 00 00 00 61 62 | 04 00 00 00 | 07 00 00 00     "ab" = uint32 7
 *   tensor table …   entry    name: string, dimension count: u32, dimensions: u64 each, type: u32, offset: u64
 *   padding          zeros    to a multiple of `general.alignment` (32 unless named)
 *   tensor data      bytes    each tensor at its offset from here, each padded to the alignment
 *
 * A string is its length (u64) and its UTF-8 bytes; an array is its element type (u32), its count (u64) and its
 * elements.
 */

/** First four bytes of every GGUF file: "GGUF" read as a little-endian number. */
export const GGUF_MAGIC = 0x46554747

/** The only version that is read and written here; llama.cpp has written no other since August 2023. */
export const GGUF_VERSION = 3

/** Alignment of tensor data if `general.alignment` names none. */
export const GGUF_DEFAULT_ALIGNMENT = 32

/** Metadata value types and their numbers in the file. */
export const GGUF_VALUE_TYPES = {
  uint8: 0,
  int8: 1,
  uint16: 2,
  int16: 3,
  uint32: 4,
  int32: 5,
  float32: 6,
  bool: 7,
  string: 8,
  array: 9,
  uint64: 10,
  int64: 11,
  float64: 12,
} as const

/** Name of a metadata value type. */
export type GgufValueType = keyof typeof GGUF_VALUE_TYPES

/** A metadata value together with its type in the file. */
export type GgufValue =
  | {
      readonly type: 'uint8' | 'int8' | 'uint16' | 'int16' | 'uint32' | 'int32' | 'float32' | 'float64'
      readonly value: number
    }
  | { readonly type: 'uint64' | 'int64'; readonly value: bigint }
  | { readonly type: 'bool'; readonly value: boolean }
  | { readonly type: 'string'; readonly value: string }
  | GgufArray

/** An array: all elements have the one type `of`. */
export type GgufArray =
  | {
      readonly type: 'array'
      readonly of: 'uint8' | 'int8' | 'uint16' | 'int16' | 'uint32' | 'int32' | 'float32' | 'float64'
      readonly value: ArrayLike<number> & Iterable<number>
    }
  | { readonly type: 'array'; readonly of: 'uint64' | 'int64'; readonly value: readonly bigint[] }
  | { readonly type: 'array'; readonly of: 'bool'; readonly value: readonly boolean[] }
  | { readonly type: 'array'; readonly of: 'string'; readonly value: readonly string[] }
  | { readonly type: 'array'; readonly of: 'array'; readonly value: readonly GgufArray[] }

/** Metadata by key, in the order of the file. */
export type GgufMetadata = ReadonlyMap<string, GgufValue>

/** How a tensor type is stored: `blockSize` weights of a row share `blockBytes` bytes. */
export interface GgmlTypeLayout {
  readonly id: number
  readonly blockSize: number
  readonly blockBytes: number
}

/** Name of a tensor type. */
export type GgmlTypeName =
  | 'F32'
  | 'F16'
  | 'Q4_0'
  | 'Q4_1'
  | 'Q5_0'
  | 'Q5_1'
  | 'Q8_0'
  | 'Q8_1'
  | 'Q2_K'
  | 'Q3_K'
  | 'Q4_K'
  | 'Q5_K'
  | 'Q6_K'
  | 'Q8_K'
  | 'IQ2_XXS'
  | 'IQ2_XS'
  | 'IQ3_XXS'
  | 'IQ1_S'
  | 'IQ4_NL'
  | 'IQ3_S'
  | 'IQ2_S'
  | 'IQ4_XS'
  | 'I8'
  | 'I16'
  | 'I32'
  | 'I64'
  | 'F64'
  | 'IQ1_M'
  | 'BF16'
  | 'TQ1_0'
  | 'TQ2_0'
  | 'MXFP4'
  | 'NVFP4'
  | 'Q1_0'
  | 'Q2_0'

/**
 * Tensor types of ggml and their layouts (`enum ggml_type` and the block structs of `ggml-common.h`).
 * Checked against `ggml_blck_size` and `ggml_type_size` of node-llama-cpp 3.22.1. Absent numbers (4, 5, 31 to 33, 36 to
 * 38) are types that ggml has removed.
 */
export const GGML_TYPES: Readonly<Record<GgmlTypeName, GgmlTypeLayout>> = {
  F32: { id: 0, blockSize: 1, blockBytes: 4 },
  F16: { id: 1, blockSize: 1, blockBytes: 2 },
  Q4_0: { id: 2, blockSize: 32, blockBytes: 18 },
  Q4_1: { id: 3, blockSize: 32, blockBytes: 20 },
  Q5_0: { id: 6, blockSize: 32, blockBytes: 22 },
  Q5_1: { id: 7, blockSize: 32, blockBytes: 24 },
  Q8_0: { id: 8, blockSize: 32, blockBytes: 34 },
  Q8_1: { id: 9, blockSize: 32, blockBytes: 36 },
  Q2_K: { id: 10, blockSize: 256, blockBytes: 84 },
  Q3_K: { id: 11, blockSize: 256, blockBytes: 110 },
  Q4_K: { id: 12, blockSize: 256, blockBytes: 144 },
  Q5_K: { id: 13, blockSize: 256, blockBytes: 176 },
  Q6_K: { id: 14, blockSize: 256, blockBytes: 210 },
  Q8_K: { id: 15, blockSize: 256, blockBytes: 292 },
  IQ2_XXS: { id: 16, blockSize: 256, blockBytes: 66 },
  IQ2_XS: { id: 17, blockSize: 256, blockBytes: 74 },
  IQ3_XXS: { id: 18, blockSize: 256, blockBytes: 98 },
  IQ1_S: { id: 19, blockSize: 256, blockBytes: 50 },
  IQ4_NL: { id: 20, blockSize: 32, blockBytes: 18 },
  IQ3_S: { id: 21, blockSize: 256, blockBytes: 110 },
  IQ2_S: { id: 22, blockSize: 256, blockBytes: 82 },
  IQ4_XS: { id: 23, blockSize: 256, blockBytes: 136 },
  I8: { id: 24, blockSize: 1, blockBytes: 1 },
  I16: { id: 25, blockSize: 1, blockBytes: 2 },
  I32: { id: 26, blockSize: 1, blockBytes: 4 },
  I64: { id: 27, blockSize: 1, blockBytes: 8 },
  F64: { id: 28, blockSize: 1, blockBytes: 8 },
  IQ1_M: { id: 29, blockSize: 256, blockBytes: 56 },
  BF16: { id: 30, blockSize: 1, blockBytes: 2 },
  TQ1_0: { id: 34, blockSize: 256, blockBytes: 54 },
  TQ2_0: { id: 35, blockSize: 256, blockBytes: 66 },
  MXFP4: { id: 39, blockSize: 32, blockBytes: 17 },
  NVFP4: { id: 40, blockSize: 64, blockBytes: 36 },
  Q1_0: { id: 41, blockSize: 128, blockBytes: 18 },
  Q2_0: { id: 42, blockSize: 64, blockBytes: 18 },
}

/** Bytes of a tensor: whole blocks along the first dimension, which is the row. Exact up to 2^53. */
export function tensorSizeBytes(type: GgmlTypeName, dimensions: readonly number[]): number {
  const { blockSize, blockBytes } = GGML_TYPES[type]
  const [rowLength = 1, ...rows] = dimensions
  if (rowLength % blockSize !== 0)
    throw new RangeError(`a ${type} row of ${rowLength} weights is not a multiple of ${blockSize}`)
  return rows.reduce((product, dimension) => product * dimension, (rowLength / blockSize) * blockBytes)
}

/** `offset` rounded up to a multiple of `alignment`. */
export function alignUp(offset: number, alignment: number): number {
  return Math.ceil(offset / alignment) * alignment
}
