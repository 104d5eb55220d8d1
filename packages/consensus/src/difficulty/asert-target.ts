/** What a target follows from: how far the chain is from its schedule since a point where it was on schedule. */
export interface AsertOptions {
  /** The target that is right on schedule. */
  readonly anchorTarget: bigint
  /** Seconds that passed since the anchor, by the blocks' timestamps; negative if they run backwards. */
  readonly timeDelta: bigint
  /** Blocks since the anchor: how many spacings should have passed. */
  readonly heightDelta: bigint
  readonly spacingSeconds: number
  /** Every so many seconds late double the target, early halve it. */
  readonly halfLifeSeconds: number
  /** No target is above this. */
  readonly easiestTarget: bigint
}

/** Exponents have 16 fractional bits. */
const RADIX_BITS = 16n
const RADIX: bigint = 1n << RADIX_BITS
const FRACTION_MASK: bigint = RADIX - 1n

/**
 * The cubic of aserti3-2d: 2^x for 0 <= x < 1, within 0.013 %. Coefficients of x, x^2 and x^3 for an x with 16
 * fractional bits, 48 bits up; exact at both ends, so that the curve has no steps at whole exponents.
 */
const CUBIC = { x1: 195_766_423_245_049n, x2: 971_821_376n, x3: 5_127n, bits: 48n } as const
const HALF: bigint = 1n << (CUBIC.bits - 1n)

/**
 * No shift is longer: a target times its factor has at most 256 + 17 bits, so 273 right always gives 0 and 273 left is
 * always above every target. Without it a timestamp of the year 10^11 would ask for a number of 2^60 bits.
 */
const LONGEST_SHIFT = 273n

function powerOfTwoFraction(fraction: bigint): bigint {
  const cubic = CUBIC.x1 * fraction + CUBIC.x2 * fraction ** 2n + CUBIC.x3 * fraction ** 3n
  return RADIX + ((cubic + HALF) >> CUBIC.bits)
}

function shiftLeft(value: bigint, shift: bigint): bigint {
  if (shift > LONGEST_SHIFT) return value << LONGEST_SHIFT
  if (shift < -LONGEST_SHIFT) return 0n
  return value << shift // a negative shift goes right, towards zero
}

/**
 * What the schedule asks for before it is bounded: anchorTarget x 2^((timeDelta - spacing x heightDelta) / halfLife),
 * by the integer arithmetic of aserti3-2d (Bitcoin Cash, 2020): division truncates, shifts floor. May be 0 or above any
 * target.
 */
export function scheduledTarget(options: AsertOptions): bigint {
  const late = options.timeDelta - BigInt(options.spacingSeconds) * options.heightDelta
  const exponent = (late * RADIX) / BigInt(options.halfLifeSeconds)
  const factor = powerOfTwoFraction(exponent & FRACTION_MASK)
  return shiftLeft(options.anchorTarget * factor, exponent >> RADIX_BITS) >> RADIX_BITS
}

/** The target of the next block: {@link scheduledTarget} brought into 1..easiestTarget. */
export function asertTarget(options: AsertOptions): bigint {
  const target = scheduledTarget(options)
  if (target > options.easiestTarget) return options.easiestTarget
  return target === 0n ? 1n : target
}
