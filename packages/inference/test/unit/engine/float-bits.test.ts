import { areFiniteBits, bitsToFloat, CANONICAL_NAN_BITS, createEvaluation, floatToBits } from '@poai/inference'
import { describe, expect, it } from 'vitest'

describe('floatToBits', () => {
  it.each([
    [0, 0x00000000],
    [-0, 0x00000000],
    [1, 0x3f800000],
    [-2, 0xc0000000],
    [0.1, 0x3dcccccd],
    [2 ** -149, 0x00000001],
    [Number.POSITIVE_INFINITY, 0x7f800000],
    [Number.NEGATIVE_INFINITY, 0xff800000],
    [Number.NaN, CANONICAL_NAN_BITS],
    [bitsToFloat(0xffffffff), CANONICAL_NAN_BITS],
  ])('gives the bits of %d', (value, bits) => {
    expect(floatToBits(value)).toBe(bits)
  })
})

describe('areFiniteBits', () => {
  it.each([0, 1, 0x7f7fffff, 0xff7fffff])('holds for %d', (bits) => {
    expect(areFiniteBits(bits)).toBe(true)
  })

  it.each([0x7f800000, 0xff800000, CANONICAL_NAN_BITS, 0xffffffff])('does not hold for %d', (bits) => {
    expect(areFiniteBits(bits)).toBe(false)
  })
})

describe('createEvaluation', () => {
  it.each([0, 1, 2, 4])('is not finite with an infinity in word %i', (word) => {
    const words = Uint32Array.of(1, 2, 3, 4, 5).with(word, 0x7f800000)
    expect(createEvaluation(words, 1).finite).toBe(false)
  })

  it('does not take a token id for a number', () => {
    expect(createEvaluation(Uint32Array.of(1, 2, 3, 0x7f800000, 5), 1).finite).toBe(true)
  })

  it('refuses words that are no whole positions', () => {
    expect(() => createEvaluation(new Uint32Array(6), 1)).toThrow('no multiple of 5')
  })
})
