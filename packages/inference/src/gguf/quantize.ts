import { floatToHalfBits } from './float16.ts'
import { GGML_TYPES } from './gguf-format.ts'

/** Tensor types that weights can be converted to here. */
export type WritableType = 'F32' | 'F16' | 'Q8_0' | 'Q4_0'

/** Weights that share one scale in Q8_0 and Q4_0. */
const BLOCK = 32

/**
 * Bytes of `weights` in tensor type `type`; for the quantised types the length is a multiple of 32.
 * Weights are finite. Bit-equal to ggml's reference quantisers (`quantize_row_q8_0_ref`, `quantize_row_q4_0_ref`):
 * every step is rounded to binary32.
 */
export function encodeWeights(type: WritableType, weights: Float32Array): Uint8Array {
  const broken = weights.findIndex((weight) => !Number.isFinite(weight))
  if (broken >= 0) throw new RangeError(`weight ${broken} is ${weights[broken]}, not a finite number`)
  switch (type) {
    case 'F32':
      return floatBytes(weights)
    case 'F16':
      return halfBytes(weights)
    case 'Q8_0':
      return quantizeQ8_0(weights)
    case 'Q4_0':
      return quantizeQ4_0(weights)
  }
}

/**
 * Blocks of 32 weights as a binary16 scale d and 32 signed bytes q, weight = d q; d = max |weight| / 127, q rounded
 * half away from zero.
 */
export function quantizeQ8_0(weights: Float32Array): Uint8Array {
  const { blockBytes } = GGML_TYPES.Q8_0
  const blocks = countBlocks(weights)
  const bytes = new Uint8Array(blocks * blockBytes)
  for (let block = 0; block < blocks; block++) {
    const first = block * BLOCK
    const scale = Math.fround(Math.abs(extreme(weights, first)) / 127)
    const inverse = scale === 0 ? 0 : Math.fround(1 / scale)
    let at = block * blockBytes
    at = putHalf(bytes, at, scale)
    for (let i = 0; i < BLOCK; i++) {
      const scaled = Math.fround((weights[first + i] as number) * inverse)
      bytes[at++] = scaled < 0 ? -Math.floor(0.5 - scaled) : Math.floor(scaled + 0.5)
    }
  }
  return bytes
}

/**
 * Blocks of 32 weights as a binary16 scale d and 16 bytes: weight i in the low half of byte i, weight i + 16 in its
 * high half, weight = d (q - 8). d = the weight of largest magnitude / -8, so that this weight is exact.
 */
export function quantizeQ4_0(weights: Float32Array): Uint8Array {
  const { blockBytes } = GGML_TYPES.Q4_0
  const blocks = countBlocks(weights)
  const bytes = new Uint8Array(blocks * blockBytes)
  for (let block = 0; block < blocks; block++) {
    const first = block * BLOCK
    const scale = Math.fround(extreme(weights, first) / -8)
    const inverse = scale === 0 ? 0 : Math.fround(1 / scale)
    let at = block * blockBytes
    at = putHalf(bytes, at, scale)
    for (let i = 0; i < BLOCK / 2; i++) {
      const low = nibble(weights[first + i] as number, inverse)
      const high = nibble(weights[first + BLOCK / 2 + i] as number, inverse)
      bytes[at++] = low | (high << 4)
    }
  }
  return bytes
}

function nibble(weight: number, inverse: number): number {
  const shifted = Math.trunc(Math.fround(Math.fround(weight * inverse) + 8.5))
  return shifted > 15 ? 15 : shifted
}

/** The weight of largest magnitude in a block, the first of equals. */
function extreme(weights: Float32Array, first: number): number {
  let found = 0
  let magnitude = 0
  for (let i = first; i < first + BLOCK; i++) {
    const weight = weights[i] as number
    if (Math.abs(weight) > magnitude) {
      magnitude = Math.abs(weight)
      found = weight
    }
  }
  return found
}

function putHalf(bytes: Uint8Array, at: number, value: number): number {
  const half = floatToHalfBits(value)
  bytes[at] = half & 0xff
  bytes[at + 1] = half >>> 8
  return at + 2
}

function countBlocks(weights: Float32Array): number {
  if (weights.length % BLOCK !== 0) throw new RangeError(`${weights.length} weights are not a multiple of ${BLOCK}`)
  return weights.length / BLOCK
}

function floatBytes(weights: Float32Array): Uint8Array {
  const bytes = new Uint8Array(weights.length * 4)
  const view = new DataView(bytes.buffer)
  weights.forEach((weight, i) => {
    view.setFloat32(4 * i, weight, true)
  })
  return bytes
}

function halfBytes(weights: Float32Array): Uint8Array {
  const bytes = new Uint8Array(weights.length * 2)
  weights.forEach((weight, i) => {
    putHalf(bytes, 2 * i, weight)
  })
  return bytes
}
