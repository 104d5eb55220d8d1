const floats = new Float32Array(1)
const words = new Uint32Array(floats.buffer)

/** All bits of the exponent: set in infinities and NaNs. */
const EXPONENT_MASK = 0x7f800000

/** The one NaN that is ever reported: quiet, positive, without a payload. */
export const CANONICAL_NAN_BITS = 0x7fc00000

/** The binary32 bits of `value` (rounded to binary32 if needed), with one zero and one NaN. */
export function floatToBits(value: number): number {
  if (value === 0) return 0
  if (Number.isNaN(value)) return CANONICAL_NAN_BITS
  floats[0] = value
  return words[0] as number
}

/** The number that binary32 `bits` represent. */
export function bitsToFloat(bits: number): number {
  words[0] = bits
  return floats[0] as number
}

/** True unless `bits` are an infinity or a NaN. */
export function areFiniteBits(bits: number): boolean {
  return (bits & EXPONENT_MASK) !== EXPONENT_MASK
}
