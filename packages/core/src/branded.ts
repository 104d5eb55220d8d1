import { utf8ToBytes } from './bytes.ts'
import { bytesToHex, type Hex } from './hex.ts'
import { keccak256 } from './keccak.ts'

declare const brand: unique symbol
type Branded<T, Name extends string> = T & { readonly [brand]: Name }

/** 32 bytes that name something by its content: a block, a transaction, a root. */
export type Hash32 = Branded<Uint8Array, 'Hash32'>
/** 20 bytes that name an account. */
export type Address = Branded<Uint8Array, 'Address'>
/** 256 bytes: a block's or receipt's log filter. */
export type Bloom = Branded<Uint8Array, 'Bloom'>

export const HASH_BYTES = 32
export const ADDRESS_BYTES = 20
export const BLOOM_BYTES = 256

function checkSize(bytes: Uint8Array, size: number, name: string): void {
  if (bytes.length !== size) throw new RangeError(`${name} has ${size} bytes, got ${bytes.length}`)
}

/** Takes 32 bytes for a hash. Throws a RangeError on any other size. */
export function toHash32(bytes: Uint8Array): Hash32 {
  checkSize(bytes, HASH_BYTES, 'a hash')
  return bytes as Hash32
}

/** Takes 20 bytes for an address. Throws a RangeError on any other size. */
export function toAddress(bytes: Uint8Array): Address {
  checkSize(bytes, ADDRESS_BYTES, 'an address')
  return bytes as Address
}

/** Takes 256 bytes for a bloom. Throws a RangeError on any other size. */
export function toBloom(bytes: Uint8Array): Bloom {
  checkSize(bytes, BLOOM_BYTES, 'a bloom')
  return bytes as Bloom
}

/** Keccak-256 as a hash of content. */
export function hash32(...parts: readonly Uint8Array[]): Hash32 {
  return keccak256(...parts) as Hash32
}

/** 32 zero bytes: "no hash". */
export const ZERO_HASH: Hash32 = toHash32(new Uint8Array(HASH_BYTES))
/** 20 zero bytes: the address that nobody has a key for. */
export const ZERO_ADDRESS: Address = toAddress(new Uint8Array(ADDRESS_BYTES))

/** An address as people write it: hexadecimal with the checksum in the letters' case (EIP-55). */
export function addressToChecksumHex(address: Address): Hex {
  const lower = bytesToHex(address)
  const digest = keccak256(utf8ToBytes(lower.slice(2)))
  let checksummed: Hex = '0x'
  for (let i = 0; i < 2 * ADDRESS_BYTES; i++) {
    const nibble = ((digest[i >> 1] as number) >> (i % 2 === 0 ? 4 : 0)) & 15
    const digit = lower.charAt(2 + i)
    checksummed += nibble >= 8 ? digit.toUpperCase() : digit
  }
  return checksummed
}
