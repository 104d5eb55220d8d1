import { bytesToHex } from '@poai/core'

/** Selector of `Panic(uint256)`, with which Solidity's own checks fail. */
const PANIC_SELECTOR = '0x4e487b71'
const PANIC_BYTES = 36

/** In geth's words. */
const REASONS: ReadonlyMap<bigint, string> = new Map([
  [0x00n, 'generic panic'],
  [0x01n, 'assert(false)'],
  [0x11n, 'arithmetic underflow or overflow'],
  [0x12n, 'division or modulo by zero'],
  [0x21n, 'enum overflow'],
  [0x22n, 'invalid encoded storage byte array accessed'],
  [0x31n, 'out-of-bounds array access; popping on an empty array'],
  [0x32n, 'out-of-bounds access of an array or bytesN'],
  [0x41n, 'out of memory'],
  [0x51n, 'uninitialized function'],
])

/** What the code in `Panic(uint256)` means; undefined if something else was returned. */
export function reasonOfPanic(output: Uint8Array): string | undefined {
  if (output.length < PANIC_BYTES || bytesToHex(output.subarray(0, 4)) !== PANIC_SELECTOR) return undefined
  const code = BigInt(bytesToHex(output.subarray(4, PANIC_BYTES)))
  return REASONS.get(code) ?? `unknown panic code: 0x${code.toString(16)}`
}
