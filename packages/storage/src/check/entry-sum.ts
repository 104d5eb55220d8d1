import { bytesToUint, encodeRlp, keccak256 } from '@poai/core'

const MODULUS: bigint = 1n << 256n

/**
 * A fingerprint of a set of entries in any order: the sum of their hashes. Two sides that walk the same entries in
 * different orders (flat records by address, trie leaves by hash) compare by it in constant memory. Against accidents,
 * not against an adversary.
 */
export class EntrySum {
  count = 0
  private sum = 0n

  add(key: Uint8Array, value: Uint8Array): void {
    this.count++
    this.sum = (this.sum + bytesToUint(keccak256(encodeRlp([key, value])))) % MODULUS
  }

  equals(other: EntrySum): boolean {
    return this.count === other.count && this.sum === other.sum
  }
}
