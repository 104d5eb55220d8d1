/**
 * Bytes as a Map key: one character a byte, so half the memory of hexadecimal. Keys sort as their bytes do.
 * Not for hashing or showing.
 */
export function bytesToKey(bytes: Uint8Array): string {
  return String.fromCharCode.apply(null, bytes as unknown as number[])
}

/** The bytes of a key that {@link bytesToKey} made. */
export function keyToBytes(key: string): Uint8Array {
  const bytes = new Uint8Array(key.length)
  for (let i = 0; i < key.length; i++) bytes[i] = key.charCodeAt(i)
  return bytes
}
