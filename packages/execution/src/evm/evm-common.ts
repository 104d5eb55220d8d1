import { type Common, type CustomCrypto, createCustomCommon, Hardfork, Mainnet } from '@ethereumjs/common'
import { concatBytes, InvariantError, keccak256 } from '@poai/core'
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
 * Two rules of Ethereum's Osaka about modular exponentiation (0x05), ahead of their fork: numbers of at most 1,024
 * bytes (EIP-7823) and a price that fits the work (EIP-7883). Under Cancun's price a block of exponents could take
 * hours to execute (ADR 16).
 */
export const EARLY_EIPS: readonly number[] = [7823, 7883]

/**
 * EthereumJS's table of rules and prices for one chain at Cancun, with our hash and curve instead of its JavaScript
 * ones.
 */
export function createEvmCommon(chainId: bigint): Common {
  return createCustomCommon({ chainId: Number(chainId) }, Mainnet, {
    hardfork: Hardfork.Cancun,
    eips: [...EARLY_EIPS],
    customCrypto: { keccak256: (message) => keccak256(message), ecrecover, kzg },
  })
}
