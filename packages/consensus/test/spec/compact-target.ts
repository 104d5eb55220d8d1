/** Bitcoin's compact form of a target ("nBits"): an exponent byte in base 256, then 23 bits of mantissa. */
export function compactToTarget(bits: number): bigint {
  const exponent = BigInt(bits >>> 24)
  const mantissa = BigInt(bits & 0x7f_ffff)
  return exponent <= 3n ? mantissa >> (8n * (3n - exponent)) : mantissa << (8n * (exponent - 3n))
}

/** The compact form of a target, rounded down. A mantissa's highest bit is a sign and stays 0. */
export function targetToCompact(target: bigint): number {
  let exponent = BigInt(Math.ceil(target.toString(16).length / 2))
  let mantissa = exponent <= 3n ? target << (8n * (3n - exponent)) : target >> (8n * (exponent - 3n))
  if (mantissa > 0x7f_ffffn) {
    mantissa >>= 8n
    exponent += 1n
  }
  return Number((exponent << 24n) | mantissa)
}
