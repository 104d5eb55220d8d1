import { scaledOf } from './binary32.ts'

/**
 * Fraction bits of the fixed-point numbers in which losses are computed: one unit is 2^-48 nats. A binary32 of
 * magnitude 2^-25 or more converts exactly, and a unit is a 280-millionth of a micro-nat.
 */
export const NAT_FRACTION_BITS = 48n

/** One nat in units. */
export const ONE_NAT: bigint = 1n << NAT_FRACTION_BITS

/** floor(x · 2^48) of the finite binary32 x: keeps order, so a difference of ordered numbers is never negative. */
export function fixedNatsOf(bits: number): bigint {
  const { significand, exponent } = scaledOf(bits)
  const shift = NAT_FRACTION_BITS + BigInt(exponent)
  // BigInt's >> rounds towards minus infinity.
  return shift >= 0n ? BigInt(significand) << shift : BigInt(significand) >> -shift
}
