import { bytesToUint, concatBytes, uintToBytes } from '../bytes.ts'

/** Contracts write and read words of so many bytes. */
export const WORD_BYTES = 32

/** An integer as a word. */
export function wordOf(value: number | bigint): Uint8Array {
  return uintToBytes(BigInt(value), WORD_BYTES)
}

/** Bytes as Solidity's ABI writes them: their length, and zeros up to a whole word. */
export function abiBytes(bytes: Uint8Array): Uint8Array {
  return concatBytes(wordOf(bytes.length), bytes, new Uint8Array(paddingOf(bytes.length)))
}

function paddingOf(length: number): number {
  return (WORD_BYTES - (length % WORD_BYTES)) % WORD_BYTES
}

/**
 * Reads the words of an encoding one after the other. `isWhole` stays true while each is what Solidity's ABI writes;
 * what is read after that means nothing.
 */
export class AbiReader {
  readonly #bytes: Uint8Array
  #at = 0
  #isRight = true

  constructor(bytes: Uint8Array) {
    this.#bytes = bytes
  }

  /** True if all was right, and nothing is left. */
  get isWhole(): boolean {
    return this.#isRight && this.#at === this.#bytes.length
  }

  word(): Uint8Array {
    return this.#take(WORD_BYTES)
  }

  /** An integer; a larger one is a fault. */
  number(max: number): number {
    const value = bytesToUint(this.word())
    if (value <= BigInt(max)) return Number(value)
    this.#isRight = false
    return 0
  }

  /** A word that can only be this. */
  expect(value: number): void {
    if (this.number(value) !== value) this.#isRight = false
  }

  /** A byte string of at most `max` bytes. */
  bytes(max: number): Uint8Array {
    const content = this.#take(this.number(max))
    if (this.#take(paddingOf(content.length)).some((byte) => byte !== 0)) this.#isRight = false
    return content
  }

  /** A list of at most `maxCount` integers. */
  numbers(maxCount: number, max: number): Uint32Array {
    const count = this.number(maxCount)
    if (count * WORD_BYTES > this.#bytes.length - this.#at) {
      this.#isRight = false
      return new Uint32Array(0)
    }
    return Uint32Array.from({ length: count }, () => this.number(max))
  }

  #take(length: number): Uint8Array {
    const end = this.#at + length
    if (end > this.#bytes.length) {
      this.#isRight = false
      return new Uint8Array(length <= WORD_BYTES ? length : 0)
    }
    const taken = this.#bytes.subarray(this.#at, end)
    this.#at = end
    return taken
  }
}
