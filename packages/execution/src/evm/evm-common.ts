import { type Common, type CustomCrypto, createCustomCommon, Mainnet } from '@ethereumjs/common'
import { concatBytes, InvariantError, keccak256 } from '@poai/core'
import type { RuleSet } from '../rule-sets.ts'
import { secp256k1 } from '../transaction/secp256k1.ts'

/** The precompile at 0x01 has checked v (27 or 28) and caught what is thrown. */
function ecrecover(hash: Uint8Array, v: bigint, r: Uint8Array, s: Uint8Array): Uint8Array {
  const publicKey = secp256k1.recover(hash, concatBytes(r, s), v === 28n ? 1 : 0)
  if (publicKey === undefined) throw new RangeError('no key made this signature')
  return publicKey
}

function noBlobs(): never {
  throw new InvariantError('there are no blobs to commit to on this chain')
}

/**
 * Point evaluation (0x0a) refuses every proof: a chain without blobs has no commitment that one could be about (ADR
 * 13).
 */
const kzg: NonNullable<CustomCrypto['kzg']> = {
  verifyProof: () => false,
  blobToKzgCommitment: noBlobs,
  computeBlobProof: noBlobs,
  verifyBlobProofBatch: noBlobs,
  computeCells: noBlobs,
  computeCellsAndProofs: noBlobs,
  recoverCellsAndProofs: noBlobs,
  verifyCellKzgProofBatch: noBlobs,
}

/**
 * EthereumJS's table of instructions and prices for one chain and rule set, with our hash and curve instead of its
 * JavaScript ones.
 */
export function createEvmCommon(chainId: bigint, { evm, eips }: Pick<RuleSet, 'evm' | 'eips'>): Common {
  return createCustomCommon({ chainId: Number(chainId) }, Mainnet, {
    hardfork: evm,
    eips: [...eips],
    customCrypto: { keccak256: (message) => keccak256(message), ecrecover, kzg },
  })
}
