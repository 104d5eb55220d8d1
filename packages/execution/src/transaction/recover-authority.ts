import { type Address, type Authorization, concatBytes, uintToBytes } from '@poai/core'
import { MAX_S, publicKeyToAddress } from './recover-sender.ts'
import { secp256k1 } from './secp256k1.ts'

const WORD_BYTES = 32

/** Who signed an authorization; undefined if nobody did. (As expensive as the recovery of a sender.) */
export function recoverAuthority({ signature }: Pick<Authorization, 'signature'>): Address | undefined {
  const { r, s, yParity, signingHash } = signature
  if (s > MAX_S || (yParity !== 0 && yParity !== 1)) return undefined
  const compact = concatBytes(uintToBytes(r, WORD_BYTES), uintToBytes(s, WORD_BYTES))
  const publicKey = secp256k1.recover(signingHash, compact, yParity)
  return publicKey === undefined ? undefined : publicKeyToAddress(publicKey)
}
