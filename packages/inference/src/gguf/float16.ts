const floatScratch = new Float32Array(1)
const bitScratch = new Uint32Array(floatScratch.buffer)

/**
 * Bits of the IEEE 754 binary16 number nearest to the binary32 number `value`, ties to even; overflow gives infinity.
 */
export function floatToHalfBits(value: number): number {
  floatScratch[0] = value
  const bits = bitScratch[0] as number
  const sign = (bits >>> 16) & 0x8000
  const magnitude = bits & 0x7fffffff
  if (magnitude > 0x7f800000) return sign | 0x7e00
  // 0x477ff000 is 65520, halfway between the largest half (65504) and the next power of two.
  if (magnitude >= 0x477ff000) return sign | 0x7c00
  // 0x38800000 is 2^-14, the smallest normal half.
  if (magnitude < 0x38800000) return sign | subnormalHalfBits(magnitude)
  return sign | roundedShift(magnitude - 0x38000000, 13)
}

/** Value of binary16 `bits`, exactly. */
export function halfBitsToFloat(bits: number): number {
  const sign = bits & 0x8000 ? -1 : 1
  const exponent = (bits >>> 10) & 0x1f
  const fraction = bits & 0x3ff
  if (exponent === 0x1f) return fraction === 0 ? sign * Number.POSITIVE_INFINITY : Number.NaN
  if (exponent === 0) return sign * fraction * 2 ** -24
  return sign * (1024 + fraction) * 2 ** (exponent - 25)
}

/** The half is a multiple of 2^-24: shift the significand until its last bit weighs that much. */
function subnormalHalfBits(magnitude: number): number {
  const exponent = magnitude >>> 23
  const shift = 126 - exponent
  if (shift > 24) return 0
  return roundedShift((magnitude & 0x7fffff) | 0x800000, shift)
}

/** `value / 2^shift` rounded to nearest, ties to even. */
function roundedShift(value: number, shift: number): number {
  const quotient = value >>> shift
  const remainder = value & ((1 << shift) - 1)
  const half = 1 << (shift - 1)
  const roundUp = remainder > half || (remainder === half && (quotient & 1) === 1)
  return roundUp ? quotient + 1 : quotient
}
