/** Joins byte strings into a new one. */
export function joinBytes(parts: readonly Uint8Array[]): Uint8Array {
  let length = 0
  for (const part of parts) length += part.length
  const joined = new Uint8Array(length)
  let offset = 0
  for (const part of parts) {
    joined.set(part, offset)
    offset += part.length
  }
  return joined
}

/** Joins a handful of byte strings; for lists of unbounded length use {@link joinBytes}. */
export function concatBytes(...parts: readonly Uint8Array[]): Uint8Array {
  return joinBytes(parts)
}

/** True if both byte strings have the same length and content. Not constant-time: for public data only. */
export function equalBytes(a: Uint8Array, b: Uint8Array): boolean {
  if (a.length !== b.length) return false
  for (let i = 0; i < a.length; i++) if (a[i] !== b[i]) return false
  return true
}

/**
 * Orders byte strings as numbers of equal width would be ordered: byte by byte, the shorter first where one begins the
 * other.
 */
export function compareBytes(a: Uint8Array, b: Uint8Array): -1 | 0 | 1 {
  const shared = a.length < b.length ? a.length : b.length
  for (let i = 0; i < shared; i++) {
    const left = a[i] as number
    const right = b[i] as number
    if (left !== right) return left < right ? -1 : 1
  }
  if (a.length === b.length) return 0
  return a.length < b.length ? -1 : 1
}

const encoder = new TextEncoder()

/** UTF-8 bytes of `text`. */
export function utf8ToBytes(text: string): Uint8Array {
  return encoder.encode(text)
}

/** `value` as exactly `size` big-endian bytes; `value` must be in range (callers own the bound). */
export function uintToBytes(value: bigint, size: number): Uint8Array {
  if (value < 0n || value >= 1n << BigInt(8 * size)) throw new RangeError(`${value} does not fit in ${size} bytes`)
  const bytes = new Uint8Array(size)
  let rest = value
  for (let i = size - 1; i >= 0; i--) {
    bytes[i] = Number(rest & 0xffn)
    rest >>= 8n
  }
  return bytes
}

/** Big-endian bytes as a number; the empty string is 0. */
export function bytesToUint(bytes: Uint8Array): bigint {
  let value = 0n
  for (const byte of bytes) value = (value << 8n) | BigInt(byte)
  return value
}
