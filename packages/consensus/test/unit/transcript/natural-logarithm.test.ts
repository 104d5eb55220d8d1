import { InvariantError } from '@poai/core'
import { describe, expect, it } from 'vitest'
import { RandomStream } from '../../../src/exam/random-stream.ts'
import { ONE_BITS, scaledOf } from '../../../src/transcript/binary32.ts'
import { naturalLogarithm } from '../../../src/transcript/natural-logarithm.ts'
import { seedOf } from '../exam/seed-of.ts'
import { bitsOf, floatOf } from './plausible-evaluation.ts'
import { preciseLogarithm, REFERENCE_BITS } from './precise-logarithm.ts'

/** What the rule's comment promises: units of 2^-48 nats below the true value, besides log2(x). */
const BOUND = 7n
const SCALE = REFERENCE_BITS - 48n

/** How far the rule lies below the reference, in millionths of a unit, and how far it may. */
function shortfall(bits: number): { readonly actual: bigint; readonly limit: bigint } {
  const { significand, exponent } = scaledOf(bits)
  const [up, down] = exponent >= 0 ? [BigInt(exponent), 0n] : [0n, BigInt(-exponent)]
  const reference = preciseLogarithm(BigInt(significand) << up, 1n << down)
  const difference = reference - (naturalLogarithm(bits) << SCALE)
  return { actual: (difference * 1_000_000n) >> SCALE, limit: (BOUND + BigInt(exponent + 23)) * 1_000_000n }
}

describe('natural logarithm', () => {
  it('of 1 is 0, and of 2 is ln 2 rounded down', () => {
    expect(naturalLogarithm(ONE_BITS)).toBe(0n)
    expect(naturalLogarithm(bitsOf(2))).toBe(195_103_586_505_167n)
  })

  it('lies below a reference of 200 bits by less than 7 + log2(x) units', () => {
    const stream = new RandomStream(seedOf('logarithm'))
    const edges = [ONE_BITS, ONE_BITS + 1, bitsOf(2) - 1, bitsOf(2), bitsOf(259), bitsOf(32_000), 0x7f7f_ffff]
    const drawn = Array.from({ length: 400 }, () => ONE_BITS + stream.below(0x7f80_0000 - ONE_BITS))
    const common = Array.from({ length: 400 }, () => ONE_BITS + stream.below(bitsOf(512) - ONE_BITS))
    for (const bits of [...edges, ...drawn, ...common]) {
      const { actual, limit } = shortfall(bits)
      expect(actual, `bits ${bits}`).toBeGreaterThanOrEqual(-1n)
      expect(actual, `bits ${bits}`).toBeLessThan(limit)
    }
  })

  it('agrees with the floating-point logarithm', () => {
    for (const x of [1.25, 3, 17.5, 1000, 3e30]) {
      const bits = bitsOf(x)
      expect(Number(naturalLogarithm(bits)) / 2 ** 48).toBeCloseTo(Math.log(floatOf(bits)), 12)
    }
  })

  it.each([
    ['just below 1', ONE_BITS - 1],
    ['zero', 0],
    ['minus one', bitsOf(-1)],
    ['infinity', 0x7f80_0000],
    ['a NaN', 0x7fc0_0000],
  ])('of %s is never asked for', (_name, bits) => {
    expect(() => naturalLogarithm(bits)).toThrow(InvariantError)
  })
})
