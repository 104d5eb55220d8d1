import type { Address, Transaction } from '@poai/core'
import type { Machine } from '../evm/create-machine.ts'
import { type MessageOutcome, runMessage } from '../evm/run-message.ts'
import { NEW_ACCOUNT } from '../state/account.ts'
import { effectiveGasPrice } from './effective-gas-price.ts'
import { validateTransaction } from './validate-transaction.ts'

/** A transaction and who signed it. */
export interface SentTransaction {
  readonly transaction: Transaction
  /** As `recoverSender` finds it. */
  readonly sender: Address
}

/** Where and how a transaction is executed. */
export interface ApplyOptions {
  /** The block's gas limit less what was used. */
  readonly gasLeft: bigint
  /** To the effect of `runMessage`, which is the default. */
  readonly run?: typeof runMessage
  /** Throws a `RuleError` if the transaction cannot stand there. Default: by all rules. */
  readonly validate?: typeof validateTransaction
}

/**
 * Executes one transaction in the machine's world: the only way in which a transaction changes a state. Throws a
 * `RuleError`, with nothing changed, if it cannot be executed there.
 */
export async function applyTransaction(
  machine: Machine,
  { transaction, sender }: SentTransaction,
  { gasLeft, run = runMessage, validate = validateTransaction }: ApplyOptions,
): Promise<MessageOutcome> {
  const { world, environment, transactions: rules } = machine
  const { baseFeePerGas, beneficiary } = environment
  const { to, value, data, accessList, authorizationList, gasLimit } = transaction
  const account = world.account(sender) ?? NEW_ACCOUNT
  const senderCode = world.code(sender)
  validate(transaction, { sender: account, senderCode, baseFeePerGas, gasLeft, rules })
  const gasPrice = effectiveGasPrice(transaction, baseFeePerGas)
  world.setAccount(sender, {
    ...account,
    nonce: account.nonce + 1n,
    balance: account.balance - gasLimit * gasPrice,
  })
  const outcome = await run(machine, {
    ...{ from: sender, to, value, data, accessList, authorizationList },
    ...{ gasLimit, gasPrice },
  })
  world.addBalance(sender, (gasLimit - outcome.gasUsed) * gasPrice)
  // The base fee goes to nobody (EIP-1559).
  const tip = gasPrice < baseFeePerGas ? 0n : gasPrice - baseFeePerGas
  world.addBalance(beneficiary, outcome.gasUsed * tip)
  for (const address of outcome.destroyed) world.deleteAccount(address)
  world.endTransaction()
  return outcome
}
