/** Fraction bits of the reference. */
export const REFERENCE_BITS = 224n

const ONE = 1n << REFERENCE_BITS

/**
 * The natural logarithm of numerator/denominator >= 1 with some 200 good bits, by another road than the rule's: square
 * roots bring the argument close to 1, then the series ln(1 + t) = t - t²/2 + t³/3 - … ends by itself.
 */
export function preciseLogarithm(numerator: bigint, denominator: bigint): bigint {
  const halvings = 24n
  let x = (numerator << REFERENCE_BITS) / denominator
  for (let i = 0n; i < halvings; i++) x = squareRoot(x << REFERENCE_BITS)
  const t = x - ONE
  let sum = 0n
  let power = t
  for (let k = 1n; power !== 0n; k++) {
    sum += k % 2n === 1n ? power / k : -(power / k)
    power = (power * t) >> REFERENCE_BITS
  }
  return sum << halvings
}

/** Newton's method from above: the floor of the root. */
function squareRoot(square: bigint): bigint {
  let root = 1n << BigInt((square.toString(2).length + 1) >> 1)
  for (;;) {
    const next = (root + square / root) >> 1n
    if (next >= root) return root
    root = next
  }
}
