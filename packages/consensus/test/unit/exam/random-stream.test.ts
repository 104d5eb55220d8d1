import { RandomStream } from '@poai/consensus'
import { InvariantError, keccak256 } from '@poai/core'
import { describe, expect, it } from 'vitest'
import { STREAM_MAX_BYTES } from '../../../src/exam/random-stream.ts'
import { seedOf } from './seed-of.ts'

const seed = seedOf('random-stream')

function block(index: number): number[] {
  return [...keccak256(seed, Uint8Array.of(0, 0, index >>> 8, index))]
}

function expectInvariantError(action: () => unknown, message: RegExp): void {
  expect(action).toThrow(InvariantError)
  expect(action).toThrow(message)
}

describe('bytes', () => {
  it('are keccak256(seed ∥ u32be(0)) ∥ keccak256(seed ∥ u32be(1)) ∥ …', () => {
    const stream = new RandomStream(seed)
    const bytes = Array.from({ length: 32 * 300 }, () => stream.below(256))
    expect(bytes).toEqual(Array.from({ length: 300 }, (_, i) => block(i)).flat())
  })

  it('make big-endian words of 1, 2 and 4 bytes, across blocks too', () => {
    const stream = new RandomStream(seed)
    const bytes = [...block(0), ...block(1)]
    const word = (from: number, to: number): number => bytes.slice(from, to).reduce((value, b) => value * 256 + b, 0)
    expect(stream.below(256)).toBe(word(0, 1))
    expect(stream.below(65_536)).toBe(word(1, 3))
    for (let at = 3; at < 31; at += 4) expect(stream.below(2 ** 32)).toBe(word(at, at + 4))
    expect(stream.below(2 ** 32)).toBe(word(31, 35))
    expect(stream.bytesDrawn).toBe(35)
  })

  it('do not change when the caller changes its seed', () => {
    const own = seed.slice()
    const stream = new RandomStream(own)
    own.fill(0)
    expect(stream.below(256)).toBe(block(0)[0])
  })

  it('end after the bound', () => {
    const stream = new RandomStream(seed)
    for (let i = 0; i < STREAM_MAX_BYTES; i++) stream.below(256)
    expect(stream.bytesDrawn).toBe(STREAM_MAX_BYTES)
    expectInvariantError(() => stream.below(256), /ran out after 65536 bytes/)
  })

  it.each([0, 31, 33])('refuse a seed of %i bytes', (length) => {
    expectInvariantError(() => new RandomStream(new Uint8Array(length)), /expected 32 bytes, got \d+/)
  })
})

describe('below', () => {
  // Bounds where words that are drawn again are many (171, 43,691, 2,863,311,531) or none; `bins` parts of the range
  // are compared.
  it.each([
    { n: 2, bins: 2 },
    { n: 3, bins: 3 },
    { n: 10, bins: 10 },
    { n: 64, bins: 64 },
    { n: 171, bins: 171 },
    { n: 256, bins: 256 },
    { n: 257, bins: 257 },
    { n: 259, bins: 259 },
    { n: 43_691, bins: 97 },
    { n: 65_536, bins: 64 },
    { n: 65_537, bins: 64 },
    { n: 2_863_311_531, bins: 60 },
    { n: 2 ** 32, bins: 64 },
  ])('is uniform below $n', ({ n, bins }) => {
    const counts = new Array<number>(bins).fill(0)
    const expected = 100
    const drawings = bins * expected
    // The stream's bound ends one long before: 3,000 drawings each.
    for (let drawn = 0; drawn < drawings; ) {
      const stream = new RandomStream(seedOf(`uniform/${n}/${drawn}`))
      for (let i = 0; i < 3000 && drawn < drawings; i++, drawn++) {
        const value = stream.below(n)
        expect(value).toBeLessThan(n)
        const bin = Math.floor((value * bins) / n)
        counts[bin] = (counts[bin] ?? 0) + 1
      }
    }
    const chiSquare = counts.reduce((sum, count) => sum + (count - expected) ** 2 / expected, 0)
    const freedom = bins - 1
    // Mean and deviation of chi-square: freedom and sqrt(2 freedom). Five deviations plus 10 for its long tail: below
    // 1e-6 each.
    expect(chiSquare).toBeLessThan(freedom + 5 * Math.sqrt(2 * freedom) + 10)
  })

  it.each([0, -1, 1.5, Number.NaN, 2 ** 32 + 1])('refuses the bound %d', (n) => {
    expectInvariantError(() => new RandomStream(seed).below(n), /expected an integer from 1 to 2\^32/)
  })

  it('reads a byte even where there is one choice', () => {
    const stream = new RandomStream(seed)
    expect(stream.below(1)).toBe(0)
    expect(stream.bytesDrawn).toBe(1)
  })
})

describe('drawings made of below', () => {
  it('between includes both ends', () => {
    const stream = new RandomStream(seed)
    const values = new Set(Array.from({ length: 500 }, () => stream.between(-3, 3)))
    expect([...values].sort((a, b) => a - b)).toEqual([-3, -2, -1, 0, 1, 2, 3])
  })

  it('pick takes the entry with the number drawn', () => {
    const list = ['a', 'b', 'c', 'd', 'e']
    const [picks, numbers] = [new RandomStream(seed), new RandomStream(seed)]
    for (let i = 0; i < 100; i++) expect(picks.pick(list)).toBe(list[numbers.below(5)])
  })

  it('pick refuses an empty list', () => {
    expectInvariantError(() => new RandomStream(seed).pick([]), /expected an integer from 1 to 2\^32/)
  })

  it('chance is true where the number drawn is below the numerator', () => {
    const [chances, numbers] = [new RandomStream(seed), new RandomStream(seed)]
    for (let i = 0; i < 100; i++) expect(chances.chance(2, 7)).toBe(numbers.below(7) < 2)
  })
})
