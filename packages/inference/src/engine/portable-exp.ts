/*
 * The exponential function of the domain portable-1, operation by operation as in native/src/portable-vector.h: each is
 * one of binary32, which Math.fround makes of the binary64 one (twice 24 bits and two more fit into 53: rounding twice
 * changes nothing).
 */

const LOG2_E = 1.4426950216293335
const LN2_HIGH = 0.693359375
const LN2_LOW = -0.00021219444170128554
/** Adding and subtracting it rounds to an integer, halves to even. */
const ROUND = 12_582_912
/** The polynomial q of e^r = 1 + (r + r^2 q(r)), from the highest power. */
const Q4 = 0.0013814539415761828
const Q3 = 0.00836874544620514
const Q2 = 0.04166838899254799
const Q1 = 0.1666652113199234
const Q0 = 0.4999999403953552

/** 2^n for the halves of every exponent that occurs, exact: made by doubling, since engines differ in `**`. */
const LARGEST_POWER = 80
const POWERS = new Float64Array(2 * LARGEST_POWER + 1)
for (let n = 0, power = 1; n <= LARGEST_POWER; n++, power *= 2) {
  POWERS[LARGEST_POWER + n] = power
  POWERS[LARGEST_POWER - n] = 1 / power
}

/** e^x of a binary32 number, as portable-1 computes it: within one unit in the last place. */
export function portableExp(x: number): number {
  const bounded = x < -104 ? -104 : x > 89 ? 89 : x
  const n = Math.fround(Math.fround(Math.fround(bounded * LOG2_E) + ROUND) - ROUND)
  const r = Math.fround(Math.fround(bounded - Math.fround(n * LN2_HIGH)) - Math.fround(n * LN2_LOW))
  let q = Math.fround(Math.fround(r * Q4) + Q3)
  q = Math.fround(Math.fround(q * r) + Q2)
  q = Math.fround(Math.fround(q * r) + Q1)
  q = Math.fround(Math.fround(q * r) + Q0)
  const p = Math.fround(1 + Math.fround(r + Math.fround(Math.fround(r * r) * q)))
  const half = n >> 1
  return Math.fround(Math.fround(p * powerOfTwo(half)) * powerOfTwo(n - half))
}

function powerOfTwo(n: number): number {
  return POWERS[LARGEST_POWER + n] ?? Number.NaN
}
