/** One way to compute almost the same. */
export interface Mistake {
  /** Of `mistakes.h`. */
  readonly name: string
  readonly meaning: string
}

/** What vectors must find: each in at least three of them. */
export const MISTAKES: readonly Mistake[] = [
  { name: 'LANE_ORDER', meaning: 'the eight lanes summed from 0 to 7' },
  { name: 'LANE_TREE', meaning: 'neighbouring lanes summed first' },
  { name: 'BLOCK_LANES', meaning: 'lane l of a block takes elements 4l to 4l + 3' },
  { name: 'SCALE_ORDER', meaning: 'a block times one scale, then times the other' },
  { name: 'KEYS_EXACT', meaning: 'keys not rounded to binary16' },
  { name: 'VALUES_EXACT', meaning: 'values not rounded to binary16' },
  { name: 'FUSED_Q', meaning: 'exp: q by fused multiply-adds' },
  { name: 'FUSED_R', meaning: 'exp: r by fused multiply-adds' },
  { name: 'FUSED_EXP', meaning: 'exp: every multiply-add fused' },
  { name: 'FUSED_PRODUCTS', meaning: 'products of matrices by fused multiply-adds' },
  { name: 'FUSED_ROTATION', meaning: 'rotary pairs by fused multiply-adds' },
  { name: 'FUSED_NORM', meaning: 'sums of squares by fused multiply-adds' },
  { name: 'WEIGHT_LIBM', meaning: 'total weight: expf of this machine’s C library' },
  { name: 'WEIGHT_EXACT', meaning: 'total weight: exp rounded correctly' },
  { name: 'WEIGHT_LANES', meaning: 'total weight: summed in lanes' },
  { name: 'SILU_LIBM', meaning: 'silu: expf of this machine’s C library' },
  { name: 'SILU_EXACT', meaning: 'silu: exp rounded correctly' },
  { name: 'SOFTMAX_LIBM', meaning: 'attention: expf of this machine’s C library' },
  { name: 'SOFTMAX_EXACT', meaning: 'attention: exp rounded correctly' },
  { name: 'POW_LIBM', meaning: 'powf of this machine’s C library' },
  { name: 'ANGLES_LIBM', meaning: 'sinf and cosf of this machine’s C library' },
  { name: 'ANGLES_APART', meaning: 'each angle from a power of its own' },
  { name: 'QUANTISER_WIDE', meaning: 'quantiser in binary64' },
  { name: 'QUANTISER_AWAY', meaning: 'quantiser rounds halves away from zero' },
  { name: 'QUANTISER_HALF_SCALE', meaning: 'quantiser divides by the rounded scale' },
  { name: 'SUBNORMAL_LIMIT', meaning: 'quantiser: 2^-126 instead of 2^-100' },
  { name: 'HALF_TRUNCATED', meaning: 'binary16 by cutting bits off' },
  { name: 'HALF_FLUSHED', meaning: 'binary16 without subnormals' },
  { name: 'MINUS_ZERO', meaning: '−0 reported as it is' },
  { name: 'ARG_MAX_LAST', meaning: 'arg max: the last of equals' },
  { name: 'CLAMP_BELOW', meaning: 'exp is 0 where it would be subnormal' },
  { name: 'CLAMP_ABOVE', meaning: 'exp limited to 88' },
]
