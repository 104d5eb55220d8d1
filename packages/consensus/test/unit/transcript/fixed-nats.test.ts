import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { isFinite32, scaledOf } from '../../../src/transcript/binary32.ts'
import { fixedNatsOf } from '../../../src/transcript/fixed-nats.ts'
import { bitsOf } from './plausible-evaluation.ts'

const RUNS = { seed: 1, numRuns: 2000 }
const finiteBits = fc.integer({ min: 0, max: 0xffff_ffff }).filter(isFinite32)

describe('fixed-point nats', () => {
  it.each([
    ['zero', 0, 0n],
    ['minus zero', 0x8000_0000, 0n],
    ['one', bitsOf(1), 1n << 48n],
    ['minus one and a half', bitsOf(-1.5), -3n << 47n],
    ['2^-48', bitsOf(2 ** -48), 1n],
    ['just under 2^-48', bitsOf(2 ** -48) - 1, 0n],
    ['minus just under 2^-48', bitsOf(-(2 ** -48)) - 1, -1n],
    ['the smallest number', 1, 0n],
    ['minus the smallest number', 0x8000_0001, -1n],
    ['the largest number', 0x7f7f_ffff, 0xff_ffffn << 152n],
  ] as const)('of %s', (_name, bits, units) => {
    expect(fixedNatsOf(bits)).toBe(units)
  })

  it('are the floor of the exact product', () => {
    fc.assert(
      fc.property(finiteBits, (bits) => {
        const { significand, exponent } = scaledOf(bits)
        // All exponents are at least -149: the number and its floor, both times 2^149.
        const exact = BigInt(significand) << BigInt(exponent + 149 + 48)
        const floor = fixedNatsOf(bits) << 149n
        expect(floor <= exact && exact < floor + (1n << 149n)).toBe(true)
      }),
      RUNS,
    )
  })
})
