import { ModelError } from '../models/model-error.ts'

/** Thrown if more bytes are wanted than the cursor has: the caller decides whether there are more. */
export class CursorExhausted extends Error {
  override readonly name: string = 'CursorExhausted'
}

/**
 * Reads little-endian numbers and strings one after another. Never reads or allocates past the end of its bytes.
 */
export class ByteCursor {
  readonly #bytes: Uint8Array
  readonly #view: DataView
  #offset = 0

  constructor(bytes: Uint8Array) {
    this.#bytes = bytes
    this.#view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  }

  get offset(): number {
    return this.#offset
  }

  uint8(): number {
    return this.#view.getUint8(this.#advance(1))
  }

  int8(): number {
    return this.#view.getInt8(this.#advance(1))
  }

  uint16(): number {
    return this.#view.getUint16(this.#advance(2), true)
  }

  int16(): number {
    return this.#view.getInt16(this.#advance(2), true)
  }

  uint32(): number {
    return this.#view.getUint32(this.#advance(4), true)
  }

  int32(): number {
    return this.#view.getInt32(this.#advance(4), true)
  }

  uint64(): bigint {
    return this.#view.getBigUint64(this.#advance(8), true)
  }

  int64(): bigint {
    return this.#view.getBigInt64(this.#advance(8), true)
  }

  float32(): number {
    return this.#view.getFloat32(this.#advance(4), true)
  }

  float64(): number {
    return this.#view.getFloat64(this.#advance(8), true)
  }

  /** An unsigned 64-bit number that must not exceed `limit`; `what` names it in the error. */
  count(limit: number, what: string): number {
    const value = this.uint64()
    if (value > BigInt(limit)) {
      throw new ModelError('MODEL_HOSTILE', `${what} exceeds its bound`, {
        expected: `at most ${limit}`,
        actual: `${value}`,
      })
    }
    return Number(value)
  }

  /** A string of at most `limit` bytes; bytes that are not UTF-8 become U+FFFD. */
  string(limit: number, what: string): string {
    const length = this.count(limit, `length of ${what}`)
    const start = this.#advance(length)
    return utf8.decode(this.#bytes.subarray(start, start + length))
  }

  /** Fails as reading `size` bytes would, without reading them: call it before allocating memory for them. */
  require(size: number): void {
    if (size > this.#bytes.length - this.#offset) throw new CursorExhausted(`${size} bytes wanted at ${this.#offset}`)
  }

  #advance(size: number): number {
    this.require(size)
    const start = this.#offset
    this.#offset += size
    return start
  }
}

const utf8 = new TextDecoder()
