import {
  type Address,
  concatBytes,
  hash32,
  RuleError,
  type Transaction,
  toAddress,
  uintToBytes,
  ZERO_ADDRESS,
  ZERO_HASH,
} from '@poai/core'
import type { SenderRecovery } from '@poai/execution'

/** What matters of a transaction for a pool. */
export interface FakeTransaction {
  readonly from: number
  readonly nonce?: number | bigint
  readonly maxFee?: bigint
  readonly tip?: bigint
  readonly value?: bigint
  readonly gasLimit?: bigint
  readonly dataBytes?: number
  readonly creates?: boolean
}

/** The account with this number, from 1 on. */
export function fakeAddress(account: number): Address {
  return toAddress(uintToBytes(BigInt(account), 20))
}

/** A transaction as a codec could have decoded it, signed by an account that {@link fakeRecovery} recognises. */
export function fakeTransaction(fields: FakeTransaction): Transaction {
  const { from, nonce = 0, maxFee = 100n, tip = 10n, value = 0n, gasLimit = 21_000n, dataBytes = 0 } = fields
  const data = new Uint8Array(dataBytes)
  const numbers = [BigInt(from), BigInt(nonce), maxFee, tip, value, gasLimit]
  const bytes = concatBytes(...numbers.map((number) => uintToBytes(number, 16)), data)
  return {
    bytes,
    hash: hash32(bytes, Uint8Array.of(fields.creates === true ? 1 : 0)),
    type: 2,
    nonce: BigInt(nonce),
    gasLimit,
    maxFeePerGas: maxFee,
    maxPriorityFeePerGas: tip,
    to: fields.creates === true ? undefined : ZERO_ADDRESS,
    value,
    data,
    accessList: [],
    authorizationList: [],
    signature: { r: BigInt(from), s: 1n, yParity: 0, signingHash: ZERO_HASH },
  }
}

/** Takes the r of a signature for its account; nobody has number 0. */
export const fakeRecovery: SenderRecovery = {
  recover: async (transactions) =>
    transactions.map(({ signature }) => {
      if (signature.r === 0n) throw new RuleError('TRANSACTION_SIGNATURE', 'a signature that no key made')
      return fakeAddress(Number(signature.r))
    }),
}
