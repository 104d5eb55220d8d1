import { describe, expect, it } from 'vitest'
import { floatToHalfBits, halfBitsToFloat } from '../../../src/gguf/float16.ts'
import { encodeWeights, quantizeQ4_0, quantizeQ8_0 } from '../../../src/gguf/quantize.ts'

/** A block whose first weights are `weights`; the rest is 0. */
function block(...weights: readonly number[]): Float32Array {
  const values = new Float32Array(32)
  values.set(weights)
  return values
}

describe('quantizeQ8_0', () => {
  it('stores d = amax / 127 as a half and rounds half away from zero', () => {
    const bytes = quantizeQ8_0(block(127, 0.5, -0.5, 1.5, -1.5, 2.49, -127))
    expect([...bytes.subarray(0, 9)]).toEqual([0x00, 0x3c, 127, 1, 255, 2, 254, 2, 129])
    expect(bytes).toHaveLength(34)
  })

  it('divides by the unrounded scale, not by the half that is stored', () => {
    const weights = block(1, 0.3)
    const scale = Math.fround(1 / 127)
    const bytes = quantizeQ8_0(weights)
    expect((bytes[0] ?? 0) | ((bytes[1] ?? 0) << 8)).toBe(floatToHalfBits(scale))
    expect([...bytes.subarray(2, 4)]).toEqual([127, 38])
  })

  it('gives zeros for a block of zeros', () => {
    expect(quantizeQ8_0(block()).every((byte) => byte === 0)).toBe(true)
  })

  it('keeps every weight within half a step', () => {
    const weights = Float32Array.from({ length: 320 }, (_, i) => Math.sin(i) * (i + 1))
    const bytes = quantizeQ8_0(weights)
    weights.forEach((weight, i) => {
      const at = Math.floor(i / 32) * 34
      const scale = halfBitsToFloat((bytes[at] ?? 0) | ((bytes[at + 1] ?? 0) << 8))
      const restored = scale * (((bytes[at + 2 + (i % 32)] ?? 0) << 24) >> 24)
      expect(Math.abs(restored - weight)).toBeLessThan(0.6 * scale)
    })
  })
})

describe('quantizeQ4_0', () => {
  it('meets the weight of largest magnitude exactly and packs weight i with weight i + 16', () => {
    const weights = block(-8, 7, 1, -1)
    weights[16] = 3
    weights[17] = -0.5
    const bytes = quantizeQ4_0(weights)
    // d = -8 / -8 = 1; low halves -8 + 8 = 0, 15, 9, 7; high halves 3 + 8 = 11, and -0.5 + 8.5 = 8.
    expect([...bytes.subarray(0, 7)]).toEqual([0x00, 0x3c, 0xb0, 0x8f, 0x89, 0x87, 0x88])
    expect(bytes).toHaveLength(18)
  })

  it('has a negative scale where the largest weight is positive, and saturates its negation at 15', () => {
    const bytes = quantizeQ4_0(block(8, -8))
    expect([...bytes.subarray(0, 4)]).toEqual([0x00, 0xbc, 0x80, 0x8f])
  })

  it('takes the first of two weights of equal magnitude', () => {
    expect([...quantizeQ4_0(block(-8, 8)).subarray(0, 4)]).toEqual([0x00, 0x3c, 0x80, 0x8f])
  })
})

describe('encodeWeights', () => {
  it('writes F32 and F16 little-endian', () => {
    expect([...encodeWeights('F32', Float32Array.of(1, -2))]).toEqual([0, 0, 0x80, 0x3f, 0, 0, 0, 0xc0])
    expect([...encodeWeights('F16', Float32Array.of(1, -2))]).toEqual([0, 0x3c, 0, 0xc0])
  })

  it.each([Number.NaN, Number.POSITIVE_INFINITY])('refuses the weight %d', (weight) => {
    expect(() => encodeWeights('F32', Float32Array.of(0, weight))).toThrow(/weight 1 is/)
  })

  it.each(['Q8_0', 'Q4_0'] as const)('refuses weights that are no whole blocks of %s', (type) => {
    expect(() => encodeWeights(type, new Float32Array(33))).toThrow(RangeError)
  })
})
