import {
  type Address,
  bytesToHex,
  concatBytes,
  keccak256,
  RuleError,
  type Transaction,
  type TransactionSignature,
  toAddress,
  uintToBytes,
} from '@poai/core'
import { secp256k1 } from './secp256k1.ts'

/** Half the order of the curve. Above it lies the other form of the same signature, which EIP-2 forbids. */
export const MAX_S = 0x7fffffffffffffffffffffffffffffff5d576e7357a4501ddfe92f46681b20a0n
const WORD_BYTES = 32
const MAX_WORD: bigint = (1n << 256n) - 1n

/** The account of a public key: the last 20 bytes of its hash. */
export function publicKeyToAddress(publicKey: Uint8Array): Address {
  return toAddress(keccak256(publicKey).slice(12))
}

function checkRange({ r, s }: TransactionSignature): void {
  if (r > MAX_WORD) {
    throw new RuleError('TRANSACTION_SIGNATURE', 'the r of a signature is too large', {
      expected: `<= ${MAX_WORD}`,
      actual: r,
    })
  }
  if (s > MAX_S) {
    throw new RuleError('TRANSACTION_SIGNATURE', 'the s of a signature is in the upper half of the curve', {
      expected: `<= ${MAX_S}`,
      actual: s,
    })
  }
}

/**
 * Who signed a transaction. Throws a `RuleError` if nobody can have. (Measured: about 45 µs with the native library.)
 */
export function recoverSender({ signature }: Pick<Transaction, 'signature'>): Address {
  checkRange(signature)
  const { r, s, yParity, signingHash } = signature
  const compact = concatBytes(uintToBytes(r, WORD_BYTES), uintToBytes(s, WORD_BYTES))
  const publicKey = secp256k1.recover(signingHash, compact, yParity)
  if (publicKey === undefined) {
    throw new RuleError('TRANSACTION_SIGNATURE', 'a signature that no key made', { actual: bytesToHex(compact) })
  }
  return publicKeyToAddress(publicKey)
}
