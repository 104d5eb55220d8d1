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

/** What a transaction costs before anything is executed, at Cancun. */
export function intrinsicGas({ to, data, accessList }: PricedTransaction): bigint {
  let dataGas = 0
  for (const byte of data) dataGas += byte === 0 ? ZERO_BYTE_GAS : OTHER_BYTE_GAS
  let gas = TRANSACTION_GAS + BigInt(dataGas)
  if (to === undefined) gas += CREATION_GAS + INIT_CODE_WORD_GAS * ((BigInt(data.length) + 31n) / 32n)
  for (const { storageKeys } of accessList) {
    gas += LISTED_ADDRESS_GAS + LISTED_SLOT_GAS * BigInt(storageKeys.length)
  }
  return gas
}
