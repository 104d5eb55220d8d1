import { bytesToHex, RuleError, type Transaction } from '@poai/core'
import type { Account } from '../state/account.ts'
import { delegateOf } from './delegation.ts'
import { knowsDelegation, leastGas, type TransactionRules } from './transaction-rules.ts'

/** Where a transaction stands when it is judged: after all before it in its block. */
export interface TransactionPlace {
  readonly sender: Account
  readonly senderCode: Uint8Array
  readonly baseFeePerGas: bigint
  /** The block's gas limit less what was used. */
  readonly gasLeft: bigint
  readonly rules: TransactionRules
}

/**
 * Throws a `RuleError` unless the transaction can be executed at its place. Its encoding, chain and signature were
 * checked before. What is cheapest to find out comes first.
 */
export function validateTransaction(
  transaction: Transaction,
  { sender, senderCode, baseFeePerGas, gasLeft, rules }: TransactionPlace,
): void {
  const { type, gasLimit, maxFeePerGas, nonce, value, to, data, hash } = transaction
  const name = `transaction ${bytesToHex(hash)}`
  if (!rules.types.includes(type)) {
    throw new RuleError('EXECUTION_TRANSACTION_TYPE', `${name} is of a type that the block's rule set does not know`, {
      expected: `one of ${rules.types.join(', ')}`,
      actual: type,
    })
  }
  if (rules.maxGas !== undefined && gasLimit > rules.maxGas) {
    throw new RuleError('EXECUTION_TRANSACTION_GAS', `${name} may use more gas than a transaction can (EIP-7825)`, {
      expected: `<= ${rules.maxGas}`,
      actual: gasLimit,
    })
  }
  if (gasLimit > gasLeft) {
    throw new RuleError('EXECUTION_BLOCK_GAS', `${name} may use more gas than is left in the block`, {
      expected: `<= ${gasLeft}`,
      actual: gasLimit,
    })
  }
  if (maxFeePerGas < baseFeePerGas) {
    throw new RuleError('EXECUTION_FEE_BELOW_BASE', `${name} offers less than the base fee`, {
      expected: `>= ${baseFeePerGas}`,
      actual: maxFeePerGas,
    })
  }
  if (nonce !== sender.nonce) {
    throw new RuleError('EXECUTION_NONCE', `${name} is not its sender's next`, {
      expected: sender.nonce,
      actual: nonce,
    })
  }
  if (!maySend(senderCode, rules)) {
    throw new RuleError('EXECUTION_SENDER_CODE', `${name} is sent by a contract (EIP-3607)`)
  }
  const cost = value + gasLimit * maxFeePerGas
  if (cost > sender.balance) {
    throw new RuleError('EXECUTION_FUNDS', `${name} may cost more than its sender has`, {
      expected: `<= ${sender.balance}`,
      actual: cost,
    })
  }
  if (to === undefined && data.length > rules.maxInitCodeBytes) {
    throw new RuleError('EXECUTION_INIT_CODE_SIZE', `${name} creates a contract with too much code (EIP-3860)`, {
      expected: `<= ${rules.maxInitCodeBytes}`,
      actual: data.length,
    })
  }
  const least = leastGas(rules, transaction)
  if (gasLimit < least) {
    throw new RuleError('EXECUTION_INTRINSIC_GAS', `${name} has not enough gas to begin`, {
      expected: `>= ${least}`,
      actual: gasLimit,
    })
  }
}

/** An account without code may send, and so may one that delegates if the rule set knows delegation (EIP-7702). */
export function maySend(code: Uint8Array, rules: Pick<TransactionRules, 'types'>): boolean {
  return code.length === 0 || (knowsDelegation(rules) && delegateOf(code) !== undefined)
}
