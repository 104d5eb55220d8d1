import type { Transaction } from '@poai/core'
import type { PricedTransaction } from './transaction-rules.ts'

/** Yellow Paper, appendix G: any transaction, and what is added for one that creates a contract. */
const TRANSACTION_GAS = 21_000n
const CREATION_GAS = 32_000n
/** EIP-2028 */
const ZERO_BYTE_GAS = 4
const OTHER_BYTE_GAS = 16
/** EIP-3860, for each started word of 32 bytes. */
const INIT_CODE_WORD_GAS = 2n
/** EIP-2930 */
const LISTED_ADDRESS_GAS = 2_400n
const LISTED_SLOT_GAS = 1_900n
/** EIP-7702: what each authorization costs at first. */
export const AUTHORIZATION_GAS = 25_000n
/** EIP-7623 */
const ZERO_BYTE_FLOOR = 10
const OTHER_BYTE_FLOOR = 40

function perByte(data: Uint8Array, zero: number, other: number): bigint {
  let gas = 0
  for (const byte of data) gas += byte === 0 ? zero : other
  return BigInt(gas)
}

/** What a transaction costs before anything is executed. */
export function intrinsicGas({ to, data, accessList, authorizationList }: PricedTransaction): bigint {
  let gas = TRANSACTION_GAS + perByte(data, ZERO_BYTE_GAS, OTHER_BYTE_GAS)
  if (to === undefined) gas += CREATION_GAS + INIT_CODE_WORD_GAS * ((BigInt(data.length) + 31n) / 32n)
  for (const { storageKeys } of accessList) {
    gas += LISTED_ADDRESS_GAS + LISTED_SLOT_GAS * BigInt(storageKeys.length)
  }
  return gas + AUTHORIZATION_GAS * BigInt(authorizationList.length)
}

/** What a transaction costs at least for its data (EIP-7623). */
export function floorGas({ data }: Pick<Transaction, 'data'>): bigint {
  return TRANSACTION_GAS + perByte(data, ZERO_BYTE_FLOOR, OTHER_BYTE_FLOOR)
}
