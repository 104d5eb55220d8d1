/** One more than the largest hash. */
const HASHES: bigint = 1n << 256n

/** The attempts that a block with this target takes on average, rounded down: 2^256 / (target + 1). */
export function workOfTarget(target: bigint): bigint {
  return HASHES / (target + 1n)
}
