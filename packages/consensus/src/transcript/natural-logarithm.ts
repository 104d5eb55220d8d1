import { invariant } from '@poai/core'
import { isFinite32, ONE_BITS, orderOf, scaledOf } from './binary32.ts'
import { NAT_FRACTION_BITS, ONE_NAT } from './fixed-nats.ts'

/** floor(ln 2 · 2^48). */
const LN_2 = 195_103_586_505_167n

/** The binary32 significand of a power of two. */
const SIGNIFICAND_ONE: bigint = 1n << 23n

/**
 * Terms of the series: z stays below 1/3, so that what is left out, 2 · Σ z^(2k+1)/(2k+1) from k = 16 on, lies below
 * 2^-54: a sixtieth of a unit.
 */
const TERMS = 16

/** floor(2^48 / (2k + 1)) for k from 0. */
const COEFFICIENTS: readonly bigint[] = Array.from({ length: TERMS }, (_, k) => ONE_NAT / BigInt(2 * k + 1))

/**
 * The natural logarithm of a finite binary32 x >= 1 in units of 2^-48 nats, never above the true value and less than
 * 7 + log2(x) units below it.
 *
 * x = m · 2^e with 1 <= m < 2; ln x = e · ln 2 + 2 · atanh(z), z = (m - 1)/(m + 1); atanh(z) = z · (1 + y/3 + y²/5 +
 * …), y = z², by Horner's rule. Every step rounds down, and none ever sees a negative number.
 */
export function naturalLogarithm(bits: number): bigint {
  invariant(orderOf(bits) >= ONE_BITS && isFinite32(bits), `logarithm of the bits ${bits}: not a number from 1 on`)
  const { significand, exponent } = scaledOf(bits)
  const m = BigInt(significand)
  const z = ((m - SIGNIFICAND_ONE) << NAT_FRACTION_BITS) / (m + SIGNIFICAND_ONE)
  const y = (z * z) >> NAT_FRACTION_BITS
  let sum = 0n
  for (let k = TERMS - 1; k >= 0; k--) sum = (COEFFICIENTS[k] as bigint) + ((sum * y) >> NAT_FRACTION_BITS)
  return BigInt(exponent + 23) * LN_2 + ((2n * z * sum) >> NAT_FRACTION_BITS)
}
