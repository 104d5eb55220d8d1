/**
 * What every package speaks: bytes, hashes, errors, wire types and their codecs, network parameters and genesis.
 *
 * @example
 * import { keccak256, utf8ToBytes } from '@poai/core'
 * const hash = keccak256(utf8ToBytes('poai'))
 */

export { bytesToUint, compareBytes, concatBytes, equalBytes, uintToBytes, utf8ToBytes } from './bytes.ts'
export { keccak256 } from './keccak.ts'
export { sha256 } from './sha256.ts'
