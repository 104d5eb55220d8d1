import { RandomStream } from '@poai/consensus'
import { describe, expect, it } from 'vitest'
import { attemptBits, type Guess, guessBits, unevenBits } from '../../perf/entropy/guess-bits.ts'
import { seedOf } from '../exam/seed-of.ts'

const LEAVES = 16
const ATTEMPTS = 500

/** An even error of this width leaves 9 bits, since numbers between 8 and 16 are 2^-20 apart. */
const WIDTH = 2 ** -11
const EXACT_BITS = 9

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
    return { actual: Math.fround(12 + residual), residual, isHit: residual === 0, difficulty: i % 7 }
  })
}

describe('bits that a guess leaves open', () => {
  it('are those of the values that an even error leaves, less the allowance for chance', () => {
    const bits = guessBits(guesses(() => WIDTH * even()))
    for (const own of bits) {
      expect(own).toBeLessThanOrEqual(EXACT_BITS)
      expect(own).toBeGreaterThan(EXACT_BITS - 1)
    }
  })

  it('follow the peak of the error, not its spread', () => {
    // Every fourth error is 64 times smaller: the best guess is in the middle, where the density is 1/4 · 64 = 16 times
    // as high.
    const bits = guessBits(guesses((_, leaf) => (leaf % 4 === 0 ? WIDTH / 64 : WIDTH) * even()))
    const calm = guessBits(guesses(() => WIDTH * even()))
    expect(Math.max(...bits)).toBeLessThan(Math.min(...calm))
  })

  it('are no more than the share of exact predictions leaves, which no histogram shows', () => {
    // One prediction in eight is right to the last bit: three bits, less the allowance for chance.
    const bits = guessBits(guesses((_, leaf) => (leaf % 8 === 0 ? 0 : WIDTH * even())))
    for (const own of bits) expect(own).toBeLessThanOrEqual(3)
    expect(Math.min(...bits)).toBeGreaterThan(2)
    const attempts = attemptBits(
      guesses((_, leaf) => (leaf % 8 === 0 ? 0 : WIDTH * even())),
      LEAVES,
    )
    expect(attempts.mostHits).toBe(2)
    expect(attempts.mean).toBeLessThan(3 * LEAVES)
  })

  it('are none where the prediction is exact', () => {
    expect(guessBits(guesses(() => 0)).every((own) => own === 0)).toBe(true)
  })

  it('add up over the leaves that are independent, and hardly over those that are not', () => {
    const apart = attemptBits(
      guesses(() => WIDTH * even()),
      LEAVES,
    )
    expect(apart.lowest).toBeGreaterThan(LEAVES * (EXACT_BITS - 2))
    expect(apart.shared).toBeLessThan(2)
    const common = Array.from({ length: ATTEMPTS }, even)
    const together = attemptBits(
      guesses((attempt) => WIDTH * ((common[attempt] as number) + even() / 64)),
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
