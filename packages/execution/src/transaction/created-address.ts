import { type Address, encodeRlp, hash32, toAddress, uintToBytes } from '@poai/core'

/** Where a creation puts its contract: the last 20 bytes of keccak256(RLP([sender, nonce])). */
export function createdAddress(sender: Address, nonce: bigint): Address {
  return toAddress(hash32(encodeRlp([sender, minimalBytes(nonce)])).slice(12))
}

function minimalBytes(value: bigint): Uint8Array {
  const bytes = uintToBytes(value, 8)
  const first = bytes.findIndex((byte) => byte !== 0)
  return first === -1 ? new Uint8Array(0) : bytes.slice(first)
}
