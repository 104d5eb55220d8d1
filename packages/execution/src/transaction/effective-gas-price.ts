import type { Transaction } from '@poai/core'

/**
 * What a unit of gas costs the sender (EIP-1559): the base fee, and the tip as far as the maximum leaves room for it.
 * Below the base fee if the transaction does not offer it; such a transaction is not valid.
 */
export function effectiveGasPrice(
  { maxFeePerGas, maxPriorityFeePerGas }: Pick<Transaction, 'maxFeePerGas' | 'maxPriorityFeePerGas'>,
  baseFeePerGas: bigint,
): bigint {
  const wanted = baseFeePerGas + maxPriorityFeePerGas
  return wanted < maxFeePerGas ? wanted : maxFeePerGas
}
