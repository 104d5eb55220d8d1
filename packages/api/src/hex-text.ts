import { bytesToHex, type Hex } from '@poai/core'

/** A number as Ethereum's clients want it: no leading zeros. */
export function toQuantity(value: bigint | number): Hex {
  return `0x${value.toString(16)}`
}

/** A number in 32 bytes. */
export function toWord(value: bigint): Hex {
  return `0x${value.toString(16).padStart(64, '0')}`
}

/** Bytes in hexadecimal, or null if there are none. */
export function hexOrNull(bytes: Uint8Array | undefined): Hex | null {
  return bytes === undefined ? null : bytesToHex(bytes)
}
