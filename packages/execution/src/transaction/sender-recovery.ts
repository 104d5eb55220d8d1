import {
  ADDRESS_BYTES,
  type Address,
  bytesToUint,
  HASH_BYTES,
  invariant,
  RuleError,
  type Transaction,
  toAddress,
  toHash32,
  uintToBytes,
} from '@poai/core'
import { recoverSender } from './recover-sender.ts'

/** Hears what recovering took, in milliseconds of whichever thread did it. */
export interface RecoveryMeter {
  add(ms: number): void
}

/** Finds the senders of many transactions, on other threads where there are some. */
export interface SenderRecovery {
  /** In the order of the transactions. Rejects with a `RuleError` for the first one that nobody signed. */
  recover(
    transactions: readonly Transaction[],
    signal?: AbortSignal,
    meter?: RecoveryMeter,
  ): Promise<readonly Address[]>
}

/** One packed signature: signing hash, r, s (32 bytes each), parity (one byte). */
const SIGNATURE_BYTES = 3 * HASH_BYTES + 1
/** One packed sender: 1 and the address, or 21 zeros where nobody signed. */
const SENDER_BYTES = 1 + ADDRESS_BYTES
/** A number that needs more than 32 bytes is out of range anyway; this stands for it. */
const MAX_WORD: bigint = (1n << 256n) - 1n

function word(value: bigint): Uint8Array {
  return uintToBytes(value > MAX_WORD ? MAX_WORD : value, HASH_BYTES)
}

/** The signatures of transactions in one buffer, to be moved to another thread. */
export function packSignatures(transactions: readonly Pick<Transaction, 'signature'>[]): Uint8Array<ArrayBuffer> {
  const packed = new Uint8Array(transactions.length * SIGNATURE_BYTES)
  for (const [index, { signature }] of transactions.entries()) {
    const offset = index * SIGNATURE_BYTES
    packed.set(signature.signingHash, offset)
    packed.set(word(signature.r), offset + HASH_BYTES)
    packed.set(word(signature.s), offset + 2 * HASH_BYTES)
    packed[offset + 3 * HASH_BYTES] = signature.yParity
  }
  return packed
}

/** What a worker does with {@link packSignatures}' buffer. Never throws for what a signature holds. */
export function recoverPackedSenders(packed: Uint8Array): Uint8Array<ArrayBuffer> {
  const count = packed.length / SIGNATURE_BYTES
  invariant(Number.isInteger(count), 'packed signatures are whole')
  const senders = new Uint8Array(count * SENDER_BYTES)
  for (let index = 0; index < count; index++) {
    const at = (part: number): number => index * SIGNATURE_BYTES + part * HASH_BYTES
    const signature = {
      signingHash: toHash32(packed.subarray(at(0), at(1))),
      r: bytesToUint(packed.subarray(at(1), at(2))),
      s: bytesToUint(packed.subarray(at(2), at(3))),
      yParity: packed[at(3)] === 1 ? 1 : 0,
    } as const
    try {
      senders.set(recoverSender({ signature }), index * SENDER_BYTES + 1)
      senders[index * SENDER_BYTES] = 1
    } catch (error) {
      if (!(error instanceof RuleError)) throw error
    }
  }
  return senders
}

/**
 * The senders in {@link recoverPackedSenders}' answer. Throws a `RuleError` for the first transaction that nobody
 * signed.
 */
export function unpackSenders(packed: Uint8Array): readonly Address[] {
  const senders: Address[] = []
  for (let offset = 0; offset < packed.length; offset += SENDER_BYTES) {
    if (packed[offset] !== 1)
      throw new RuleError('TRANSACTION_SIGNATURE', 'a signature that no key made', {
        actual: `transaction ${senders.length}`,
      })
    senders.push(toAddress(packed.slice(offset + 1, offset + SENDER_BYTES)))
  }
  return senders
}
