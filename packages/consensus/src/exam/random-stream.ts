import { InvariantError, keccak256 } from '@poai/core'

/** Bytes of a stream's seed: one Keccak-256 digest. */
export const STREAM_SEED_BYTES = 32

/**
 * Bytes that one stream may give out: 2,048 blocks, about 2 ms of hashing.
 * (Measured over 20,000 exams of `EXAM_FORMAT_1`: mean below 150, most below 1,000; an attempt takes at most 408 and
 * fails to fit with probability 0.14.) That is room for more than 100 attempts, so a seed runs out with a probability
 * below 2^-250.
 */
export const STREAM_MAX_BYTES = 65_536

const BLOCK_BYTES = 32
const MAX_BELOW = 0x1_0000_0000

/**
 * A deterministic source of integers: the bytes keccak256(seed ∥ u32be(0)) ∥ keccak256(seed ∥ u32be(1)) ∥ …, read from
 * the start. Every drawing is defined by `below`, so a stream in another language needs that one function.
 */
export class RandomStream {
  readonly #seed: Uint8Array
  readonly #counter = new Uint8Array(4)
  #block: Uint8Array = new Uint8Array(0)
  #used = 0
  #blocks = 0

  constructor(seed: Uint8Array) {
    if (seed.length !== STREAM_SEED_BYTES) {
      throw new InvariantError(`seed of a random stream: expected ${STREAM_SEED_BYTES} bytes, got ${seed.length}`)
    }
    this.#seed = seed.slice()
  }

  /** Bytes given out so far. */
  get bytesDrawn(): number {
    return this.#blocks * BLOCK_BYTES - (this.#block.length - this.#used)
  }

  /**
   * A uniform integer in [0, n), for n from 1 to 2^32. Reads big-endian words of the smallest width of 1, 2 or 4 bytes
   * with 256^width >= n, and draws again while a word is not below the largest multiple of n: without that, small
   * values would win.
   */
  below(n: number): number {
    if (!Number.isInteger(n) || n < 1 || n > MAX_BELOW) {
      throw new InvariantError(`bound of a drawing: expected an integer from 1 to 2^32, got ${n}`)
    }
    const range = n <= 0x100 ? 0x100 : n <= 0x1_0000 ? 0x1_0000 : MAX_BELOW
    const limit = range - (range % n)
    for (;;) {
      const word = this.#word(range)
      if (word < limit) return word % n
    }
  }

  /** A uniform integer from `low` to `high`, both included. */
  between(low: number, high: number): number {
    return low + this.below(high - low + 1)
  }

  /** A uniform member of a list that is not empty. */
  pick<Item>(list: readonly Item[]): Item {
    return list[this.below(list.length)] as Item
  }

  /** True with probability `numerator`/`denominator`. */
  chance(numerator: number, denominator: number): boolean {
    return this.below(denominator) < numerator
  }

  #word(range: number): number {
    if (range === 0x100) return this.#byte()
    if (range === 0x1_0000) return this.#byte() * 0x100 + this.#byte()
    return this.#byte() * 0x100_0000 + this.#byte() * 0x1_0000 + this.#byte() * 0x100 + this.#byte()
  }

  #byte(): number {
    if (this.#used === this.#block.length) this.#refill()
    return this.#block[this.#used++] as number
  }

  #refill(): void {
    if (this.#blocks * BLOCK_BYTES >= STREAM_MAX_BYTES) {
      throw new InvariantError(
        `random stream ran out after ${STREAM_MAX_BYTES} bytes: do quizzes of these families fit into the exam format?`,
      )
    }
    const index = this.#blocks++
    this.#counter[0] = index >>> 24
    this.#counter[1] = index >>> 16
    this.#counter[2] = index >>> 8
    this.#counter[3] = index
    this.#block = keccak256(this.#seed, this.#counter)
    this.#used = 0
  }
}
