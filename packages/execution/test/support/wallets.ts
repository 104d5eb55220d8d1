import { secp256k1 } from '@noble/curves/secp256k1.js'
import { type Address, concatBytes, keccak256, toAddress, utf8ToBytes } from '@poai/core'
import { publicKeyToAddress } from '../../src/transaction/recover-sender.ts'

/** A key and its account. */
export interface Wallet {
  readonly key: Uint8Array
  readonly address: Address
}

/** The same wallets on every run. */
export function createWallets(count: number, seed = 'wallets'): readonly Wallet[] {
  return Array.from({ length: count }, (_, index) => {
    const key = keccak256(utf8ToBytes(`${seed} ${index}`))
    return { key, address: toAddress(publicKeyToAddress(secp256k1.getPublicKey(key, false).subarray(1))) }
  })
}

/** The address of the contract that `sender` creates with `nonce` (below 128). */
export function createdAddress(sender: Address, nonce: number): Address {
  const list = concatBytes(Uint8Array.of(0xd6, 0x94), sender, Uint8Array.of(nonce === 0 ? 0x80 : nonce))
  return toAddress(keccak256(list).slice(12))
}
