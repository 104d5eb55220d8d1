import { secp256k1 } from '@noble/curves/secp256k1.js'
import { bytesToUint, decodeRlp, encodeRlp, keccak256, type RlpItem, uintToBytes } from '@poai/core'

/** The chain of the tests: Ethereum's. */
export const ETHEREUM = 1n
const FIRST_LIST_BYTE = 0xc0
const UNSIGNED_MEMBERS = 6

/** A number as RLP wants it. */
function minimal(value: bigint): Uint8Array {
  const hex = value.toString(16)
  return value === 0n ? new Uint8Array(0) : uintToBytes(value, Math.ceil(hex.length / 2))
}

/**
 * A legacy transaction from before EIP-155, signed for a chain: without one, none is taken here. Others stay as they
 * are.
 */
export function signAgain(bytes: Uint8Array, key: Uint8Array): Uint8Array {
  if ((bytes[0] as number) < FIRST_LIST_BYTE) return bytes
  const items = decodeRlp(bytes) as readonly RlpItem[]
  const v = bytesToUint(items[UNSIGNED_MEMBERS] as Uint8Array)
  if (v !== 27n && v !== 28n) return bytes
  const members = items.slice(0, UNSIGNED_MEMBERS)
  const message = keccak256(encodeRlp([...members, minimal(ETHEREUM), new Uint8Array(0), new Uint8Array(0)]))
  const signature = secp256k1.sign(message, key, { prehash: false, format: 'recovered' })
  const [recovery, r, s] = [signature[0] as number, signature.subarray(1, 33), signature.subarray(33)]
  const signed = [35n + 2n * ETHEREUM + BigInt(recovery), bytesToUint(r), bytesToUint(s)]
  return encodeRlp([...members, ...signed.map(minimal)])
}
