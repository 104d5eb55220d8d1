import { ADDRESS_BYTES, type Address, concatBytes, equalBytes, toAddress } from '@poai/core'

/**
 * EIP-7702: the beginning of a delegating account's code, before the address whose code it runs. No contract begins
 * with it (EIP-3541).
 */
const INDICATOR: Uint8Array = Uint8Array.of(0xef, 0x01, 0x00)

/** The code of an account that runs another one's code. */
export function delegationTo(address: Address): Uint8Array {
  return concatBytes(INDICATOR, address)
}

/** The address whose code an account with this code runs; undefined if it does not delegate. */
export function delegateOf(code: Uint8Array): Address | undefined {
  if (code.length !== INDICATOR.length + ADDRESS_BYTES) return undefined
  if (!equalBytes(code.subarray(0, INDICATOR.length), INDICATOR)) return undefined
  return toAddress(code.slice(INDICATOR.length))
}
