import type { Hex } from '@poai/core'

/** Bytes of any length in hexadecimal; for megabytes a hundred times faster than `bytesToHex` (measured). */
export function longHex(bytes: Uint8Array): Hex {
  return `0x${Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length).toString('hex')}`
}
