/** A `0x`-prefixed hexadecimal string. */
export type Hex = `0x${string}`

const DIGITS = '0123456789abcdef'
const BYTE_TO_HEX: readonly string[] = Array.from(
  { length: 256 },
  (_, byte) => DIGITS.charAt(byte >> 4) + DIGITS.charAt(byte & 15),
)

/** Lower-case hexadecimal of `bytes`, `0x` first. */
export function bytesToHex(bytes: Uint8Array): Hex {
  let hex: Hex = '0x'
  for (const byte of bytes) hex += BYTE_TO_HEX[byte]
  return hex
}

function digitOf(charCode: number): number {
  if (charCode >= 48 && charCode <= 57) return charCode - 48
  const lower = charCode | 32
  return lower >= 97 && lower <= 102 ? lower - 87 : -1
}

/** The bytes of a `0x`-prefixed string with an even number of digits, or undefined if it is anything else. */
export function hexToBytes(hex: string): Uint8Array | undefined {
  if (!hex.startsWith('0x') || hex.length % 2 !== 0) return undefined
  const bytes = new Uint8Array((hex.length - 2) / 2)
  for (let i = 0; i < bytes.length; i++) {
    const high = digitOf(hex.charCodeAt(2 + 2 * i))
    const low = digitOf(hex.charCodeAt(3 + 2 * i))
    if (high < 0 || low < 0) return undefined
    bytes[i] = (high << 4) | low
  }
  return bytes
}

/** The bytes of a hexadecimal literal in our own sources. Throws a RangeError on anything else. */
export function hex(literal: Hex): Uint8Array {
  const bytes = hexToBytes(literal)
  if (bytes === undefined) throw new RangeError(`not hexadecimal bytes: ${literal}`)
  return bytes
}
