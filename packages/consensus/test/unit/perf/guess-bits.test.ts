import { RandomStream } from '@poai/consensus'
import { describe, expect, it } from 'vitest'
import { attemptBits, type Guess, guessBits, unevenBits } from '../../perf/entropy/guess-bits.ts'
import { seedOf } from '../exam/seed-of.ts'

const LEAVES = 16
const ATTEMPTS = 500

/** Numbers between 8 and 16 are 2^-20 apart. */
const SPACING_BITS = 20

const streams = Array.from({ length: 64 }, (_, i) => new RandomStream(seedOf(`guess-bits/${i}`)))
let drawn = 0

/** Even on [-1/2, 1/2). Streams are short, so many take turns. */
function even(): number {
  const stream = streams[drawn++ % streams.length] as RandomStream
  return stream.below(2 ** 24) / 2 ** 24 - 0.5
}

/** Guesses whose error is even over an interval of the given width: width / spacing values, all of equal chance. */
function guesses(errorOf: (attempt: number, leaf: number) => number): readonly Guess[] {
  return Array.from({ length: ATTEMPTS * LEAVES }, (_, i) => {
    const residual = errorOf(Math.floor(i / LEAVES), i % LEAVES)
    return { actual: Math.fround(12 + residual), residual, difficulty: i % 7 }
  })
}

describe('bits that a guess leaves open', () => {
  it('are those of the values that an even error leaves, less the allowance for chance', () => {
    const width = 2 ** -6
    const bits = guessBits(guesses(() => width * even()))
    const exact = SPACING_BITS - 6
    for (const own of bits) {
      expect(own).toBeLessThanOrEqual(exact)
      expect(own).toBeGreaterThan(exact - 1)
    }
  })

  it('follow the peak of the error, not its spread', () => {
    // Every fourth error is 64 times smaller: the best guess is in the middle, where the density is 1/4 · 64 = 16 times as high.
    const bits = guessBits(guesses((_, leaf) => (leaf % 4 === 0 ? 2 ** -12 : 2 ** -6) * even()))
    expect(Math.max(...bits)).toBeLessThan(SPACING_BITS - 6)
    const calm = guessBits(guesses(() => 2 ** -6 * even()))
    expect(Math.max(...bits)).toBeLessThan(Math.min(...calm))
  })

  it('are none where the prediction is exact', () => {
    expect(guessBits(guesses(() => 0)).every((own) => own === 0)).toBe(true)
  })

  it('add up over the leaves that are independent, and hardly over those that are not', () => {
    const apart = attemptBits(
      guesses(() => 2 ** -6 * even()),
      LEAVES,
    )
    expect(apart.lowest).toBeGreaterThan(LEAVES * (SPACING_BITS - 6 - 2))
    expect(apart.shared).toBeLessThan(2)
    const common = Array.from({ length: ATTEMPTS }, even)
    const together = attemptBits(
      guesses((attempt) => 2 ** -6 * ((common[attempt] as number) + even() / 64)),
      LEAVES,
    )
    // Fifteen leaves are known to within 1/64 by the first: six bits less for each, about.
    expect(together.shared).toBeGreaterThan(15 * 5)
    expect(together.mean).toBeLessThan(apart.mean - 15 * 5)
  })

  it('lack what low bits lack of being even', () => {
    const fine = Array.from({ length: 20_000 }, () => Math.fround(12 + even()))
    expect(unevenBits(fine)).toBeLessThan(0.5)
    const coarse = fine.map((value) => Math.round(value * 2 ** 18) / 2 ** 18)
    expect(unevenBits(coarse)).toBeGreaterThan(2)
    expect(unevenBits(coarse)).toBeLessThan(2.5)
  })
})
