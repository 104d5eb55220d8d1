import {
  bytesToUint,
  type Hash32,
  type Header,
  hash32,
  type Seal,
  sealHash,
  uintToBytes,
  utf8ToBytes,
} from '@poai/core'

/** Keeps work hashes apart from every other hash; the number changes with the recipe. */
const WORK_DOMAIN: Uint8Array = utf8ToBytes('poai/work/1')

/**
 * What an attempt comes to, as an integer below 2^256:
 * keccak256("poai/work/1" ∥ sealHash ∥ u64be(nonce) ∥ u64be(loss) ∥ transcriptRoot), big-endian.
 *
 * @param sealed - The seal hash of the header.
 */
export function workHash(sealed: Hash32, { nonce, lossMicroNats, transcriptRoot }: Seal): bigint {
  return bytesToUint(hash32(WORK_DOMAIN, sealed, uintToBytes(nonce, 8), uintToBytes(lossMicroNats, 8), transcriptRoot))
}

/** The work hash that a header claims, whatever its seal is worth. */
export function claimedWorkHash(header: Header): bigint {
  return workHash(sealHash(header), header)
}

/** True if an attempt makes a block: strictly below the target. */
export function meetsTarget(hash: bigint, target: bigint): boolean {
  return hash < target
}
