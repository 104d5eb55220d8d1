import { randomInt } from 'node:crypto'

/** The nonces that one searcher may try: from `first` up to but not including `end`. */
export interface NonceRange {
  readonly first: bigint
  readonly end: bigint
}

/** Hands out ranges that do not overlap. */
export interface NonceRanges {
  next(): NonceRange
}

/** At a thousand attempts a second a range lasts seven weeks, and no job lives longer than a block. */
const RANGE_BITS = 32n
/** Ranges before the first one comes again. */
const RANGES: number = 2 ** 32

/**
 * Ranges from a random one upwards, shared by all who search for one node: its own workers and those of its farm. The
 * random start keeps two nodes of one owner apart, whose jobs may be the same to the last bit.
 *
 * @param start - Number of the first range, below 2^32.
 */
export function createNonceRanges(start: number = randomInt(RANGES)): NonceRanges {
  let next = start
  return {
    next: () => {
      const first = BigInt(next) << RANGE_BITS
      next = (next + 1) % RANGES
      return { first, end: first + (1n << RANGE_BITS) }
    },
  }
}
