/**
 * Raw IEEE 754 binary32 bits as unsigned integers. The rules never turn them into floating point: they are hashed,
 * compared and converted to integers as they stand.
 */

const SIGN_BIT = 0x8000_0000
/** All bits of the exponent: set in infinities and in what is not a number. */
const EXPONENT_MASK = 0x7f80_0000
const FRACTION_MASK = 0x7f_ffff
const FRACTION_BITS = 23
const HIDDEN_BIT = 0x80_0000

/** A number equals significand · 2^exponent. */
export interface Scaled {
  /** Signed; at most 24 bits. */
  readonly significand: number
  readonly exponent: number
}

/** The bits of 1.0. */
export const ONE_BITS = 0x3f80_0000

/** The bits that are hashed: those of +0 for both zeros, all others as they are. Equal numbers then have equal bits. */
export function canonicalBits(bits: number): number {
  return bits === SIGN_BIT ? 0 : bits
}

/** True unless `bits` are an infinity or a NaN. */
export function isFinite32(bits: number): boolean {
  return (bits & EXPONENT_MASK) !== EXPONENT_MASK
}

/** An integer that orders finite bits as the numbers they stand for; 0 for both zeros. */
export function orderOf(bits: number): number {
  return bits < SIGN_BIT ? bits : SIGN_BIT - bits
}

/** The exact value of finite bits. */
export function scaledOf(bits: number): Scaled {
  const field = (bits >>> FRACTION_BITS) & 0xff
  const fraction = bits & FRACTION_MASK
  // Subnormal numbers have no hidden bit and the exponent of the smallest normal ones.
  const magnitude = field === 0 ? fraction : fraction | HIDDEN_BIT
  const exponent = (field === 0 ? 1 : field) - 127 - FRACTION_BITS
  return { significand: bits >>> 31 === 0 ? magnitude : -magnitude, exponent }
}
