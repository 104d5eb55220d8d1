import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { canonicalBits, isFinite32, orderOf, scaledOf } from '../../../src/transcript/binary32.ts'
import { bitsOf, floatOf } from './plausible-evaluation.ts'

const RUNS = { seed: 1, numRuns: 2000 }
const anyBits = fc.integer({ min: 0, max: 0xffff_ffff })
const finiteBits = anyBits.filter(isFinite32)

describe('binary32 bits', () => {
  it('have one zero', () => {
    expect(canonicalBits(0x8000_0000)).toBe(0)
    expect(canonicalBits(0)).toBe(0)
    expect(canonicalBits(0x8000_0001)).toBe(0x8000_0001)
    expect(canonicalBits(0x7fff_ffff)).toBe(0x7fff_ffff)
  })

  it.each([
    ['the largest number', 0x7f7f_ffff, true],
    ['infinity', 0x7f80_0000, false],
    ['a signalling NaN', 0x7f80_0001, false],
    ['a quiet NaN', 0x7fc0_0000, false],
    ['the lowest number', 0xff7f_ffff, true],
    ['minus infinity', 0xff80_0000, false],
    ['a negative NaN', 0xffff_ffff, false],
    ['a subnormal number', 0x0000_0001, true],
  ] as const)('of %s are finite or not', (_name, bits, finite) => {
    expect(isFinite32(bits)).toBe(finite)
    expect(Number.isFinite(floatOf(bits))).toBe(finite)
  })

  it('are ordered as their numbers', () => {
    fc.assert(
      fc.property(finiteBits, finiteBits, (a, b) => {
        expect(Math.sign(orderOf(a) - orderOf(b))).toBe(Math.sign(floatOf(a) - floatOf(b)))
      }),
      RUNS,
    )
    expect(orderOf(0x8000_0000)).toBe(0)
    expect(orderOf(bitsOf(-1))).toBeLessThan(orderOf(0x8000_0001))
  })

  it('are worth significand · 2^exponent', () => {
    fc.assert(
      fc.property(finiteBits, (bits) => {
        const { significand, exponent } = scaledOf(bits)
        expect(significand * 2 ** exponent === floatOf(bits)).toBe(true)
      }),
      RUNS,
    )
    expect(scaledOf(1)).toEqual({ significand: 1, exponent: -149 })
    expect(scaledOf(0x0080_0000)).toEqual({ significand: 1 << 23, exponent: -149 })
  })
})
