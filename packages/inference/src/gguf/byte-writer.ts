/** First size of the buffer; it doubles as needed. */
const INITIAL_SIZE_BYTES = 64 * 1024

/** Writes little-endian numbers and strings one after another into a growing buffer. Integers out of range throw. */
export interface ByteWriter {
  uint8(value: number): void
  int8(value: number): void
  uint16(value: number): void
  int16(value: number): void
  uint32(value: number): void
  int32(value: number): void
  uint64(value: bigint): void
  int64(value: bigint): void
  float32(value: number): void
  float64(value: number): void
  /** Length as u64, then the UTF-8 bytes. */
  string(value: string): void
  /** Zeros up to a multiple of `alignment`. */
  padTo(alignment: number): void
  /** Everything written so far. */
  bytes(): Uint8Array
}

/** An empty writer. */
export function createByteWriter(): ByteWriter {
  let buffer = Buffer.alloc(INITIAL_SIZE_BYTES)
  let length = 0

  /** Makes room for `size` bytes, then lets `write` fill them: the buffer may be another one afterwards. */
  const put = (size: number, write: (at: number) => unknown): void => {
    if (length + size > buffer.length) buffer = Buffer.concat([buffer], Math.max(2 * buffer.length, length + size))
    write(length)
    length += size
  }

  return {
    uint8: (value) => put(1, (at) => buffer.writeUInt8(value, at)),
    int8: (value) => put(1, (at) => buffer.writeInt8(value, at)),
    uint16: (value) => put(2, (at) => buffer.writeUInt16LE(value, at)),
    int16: (value) => put(2, (at) => buffer.writeInt16LE(value, at)),
    uint32: (value) => put(4, (at) => buffer.writeUInt32LE(value, at)),
    int32: (value) => put(4, (at) => buffer.writeInt32LE(value, at)),
    uint64: (value) => put(8, (at) => buffer.writeBigUInt64LE(value, at)),
    int64: (value) => put(8, (at) => buffer.writeBigInt64LE(value, at)),
    float32: (value) => put(4, (at) => buffer.writeFloatLE(value, at)),
    float64: (value) => put(8, (at) => buffer.writeDoubleLE(value, at)),
    string: (value) => {
      const text = Buffer.from(value, 'utf8')
      put(8, (at) => buffer.writeBigUInt64LE(BigInt(text.length), at))
      put(text.length, (at) => text.copy(buffer, at))
    },
    padTo: (alignment) => put((alignment - (length % alignment)) % alignment, (at) => buffer.fill(0, at)),
    bytes: () => buffer.subarray(0, length),
  }
}
