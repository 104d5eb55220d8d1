import { createHash } from 'node:crypto'
import { describe, expect, it } from 'vitest'
import { encodeWeights } from '../../../src/gguf/quantize.ts'
import { randomWeights } from '../../../src/gguf/random-weights.ts'

const STREAMS = 16
const WEIGHTS = 32 * 1024

/** Half a million weights of magnitudes from 2^-26 to 2^4, so that some scales are subnormal halves. */
function ofManyMagnitudes(): Float32Array {
  return concatenate((stream) => {
    const [piece = new Uint8Array()] = randomWeights({
      type: 'F32',
      count: WEIGHTS,
      deviation: 2 ** (2 * stream - 26),
      seed: 7,
      stream,
    })
    return new Float32Array(piece.slice().buffer)
  })
}

/** Half a million small integers over powers of two: many lie halfway between two steps. */
function ofManyTies(): Float32Array {
  return concatenate((stream) => {
    const [piece = new Uint8Array()] = randomWeights({
      type: 'Q8_0',
      count: WEIGHTS,
      deviation: 2 ** (stream % 4),
      seed: 8,
      stream,
    })
    return Float32Array.from(new Int8Array(piece.slice(0, WEIGHTS).buffer), (value) => value / 2 ** (stream % 8))
  })
}

function concatenate(part: (stream: number) => Float32Array): Float32Array {
  const all = new Float32Array(STREAMS * WEIGHTS)
  for (let stream = 0; stream < STREAMS; stream++) all.set(part(stream), stream * WEIGHTS)
  return all
}

/**
 * SHA-256 of what ggml's own functions (`ggml_fp32_to_fp16_row`, `quantize_row_q8_0_ref`, `quantize_row_q4_0_ref` of
 * node-llama-cpp 3.22.1) make of the same weights.
 */
const VECTORS = {
  magnitudes: {
    weights: ofManyMagnitudes,
    F16: '893756edde239f7c00bb9dbda62305349f6ee593605085a14415cb454c8dc096',
    Q8_0: '20f31803d75688c5d1fb5321cab60f7f7c8a4d8fe846b69b7c9dededff1c9a57',
    Q4_0: '02ae4a0e15c4ab3530d6bc92ef1b7a8a4a6fee6044c45124d95723b3e249cec6',
  },
  ties: {
    weights: ofManyTies,
    F16: 'abe99137ef15ea62ec1097453d6d1600073915970542e3ca210de98a58c44e64',
    Q8_0: '0bcf906e344c958859c3985461e2918c1873dd9d7293fdd9770e22235239c379',
    Q4_0: '3f7333b96083059c1a2c4f11061b691a6ef9a56b24f2064d126d84aca331b06e',
  },
} as const

describe('encodeWeights gives the bytes of ggml', () => {
  const cases = (['magnitudes', 'ties'] as const).flatMap((set) =>
    (['F16', 'Q8_0', 'Q4_0'] as const).map((type) => ({ set, type })),
  )

  it.each(cases)('$type, weights of many $set', ({ set, type }) => {
    const bytes = encodeWeights(type, VECTORS[set].weights())
    expect(createHash('sha256').update(bytes).digest('hex')).toBe(VECTORS[set][type])
  })
})
