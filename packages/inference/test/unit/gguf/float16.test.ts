import { describe, expect, it } from 'vitest'
import { floatToHalfBits, halfBitsToFloat } from '../../../src/gguf/float16.ts'

describe('halfBitsToFloat', () => {
  it('gives back the bits of every half', () => {
    for (let bits = 0; bits < 0x10000; bits++) {
      const value = halfBitsToFloat(bits)
      const expected = Number.isNaN(value) ? (bits & 0x8000) | 0x7e00 : bits
      const actual = Number.isNaN(value) ? (floatToHalfBits(value) & 0x7fff) | (bits & 0x8000) : floatToHalfBits(value)
      if (actual !== expected) expect.fail(`bits ${bits}: ${value} became ${actual}`)
    }
  })
})

describe('floatToHalfBits', () => {
  it.each([
    [0, 0x0000],
    [-0, 0x8000],
    [1, 0x3c00],
    [-2, 0xc000],
    [65504, 0x7bff],
    [65519.996, 0x7bff],
    [65520, 0x7c00],
    [-1e30, 0xfc00],
    [2 ** -14, 0x0400],
    [2 ** -24, 0x0001],
    [2 ** -25, 0x0000],
    [2 ** -25 * 1.0001, 0x0001],
    [3 * 2 ** -25, 0x0002],
    [1 + 2 ** -11, 0x3c00],
    [1 + 3 * 2 ** -11, 0x3c02],
    [1 + 2 ** -11 + 2 ** -20, 0x3c01],
  ])('rounds %d to nearest, ties to even', (value, bits) => {
    expect(floatToHalfBits(value)).toBe(bits)
  })

  it('lies halfway at most between two neighbours', () => {
    for (let bits = 1; bits < 0x7bff; bits++) {
      const low = halfBitsToFloat(bits)
      const high = halfBitsToFloat(bits + 1)
      const middle = (low + high) / 2
      const even = bits % 2 === 0 ? bits : bits + 1
      if (floatToHalfBits(middle) !== even) expect.fail(`the middle above ${bits} does not go to the even neighbour`)
    }
  })
})
