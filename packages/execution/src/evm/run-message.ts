import type { EVMResult } from '@ethereumjs/evm'
import { Address as EvmAddress } from '@ethereumjs/util'
import {
  type AccessListEntry,
  type Address,
  type Authorization,
  bytesToHex,
  defined,
  hexToBytes,
  invariant,
  type Log,
  toAddress,
  toHash32,
} from '@poai/core'
import { hasCode, NEW_ACCOUNT } from '../state/account.ts'
import { bytesToKey } from '../state/byte-key.ts'
import { applyAuthorizations } from '../transaction/apply-authorizations.ts'
import { leastGas } from '../transaction/transaction-rules.ts'
import type { Machine } from './create-machine.ts'

/** A call or creation from outside. Its sender has paid for the gas, and its nonce has been raised. */
export interface Message {
  readonly from: Address
  /** Undefined creates a contract. */
  readonly to: Address | undefined
  /** At most what the sender has. */
  readonly value: bigint
  readonly data: Uint8Array
  readonly accessList: readonly AccessListEntry[]
  /** EIP-7702: accounts that delegate before the message runs. */
  readonly authorizationList: readonly Authorization[]
  /** At least what the rule set wants to begin; the intrinsic gas is taken from it. */
  readonly gasLimit: bigint
  /** In wei; what GASPRICE answers. */
  readonly gasPrice: bigint
}

/** What a message came to. Its effects are in the machine's world, if it was not undone. */
export interface MessageOutcome {
  /** False if all effects were undone; the gas is used all the same. */
  readonly succeeded: boolean
  /** In all, refunds taken off. */
  readonly gasUsed: bigint
  /** What was taken off, for slots that were cleared and for accounts that delegate and existed before. */
  readonly gasRefunded: bigint
  readonly logs: readonly Log[]
  /** What the call returned, the deployed code of a creation, or why it was undone. */
  readonly returnData: Uint8Array
  /** The contract that a creation tried to make. */
  readonly createdAddress: Address | undefined
  /** Contracts that were created here and destroyed themselves: they go when the transaction ends (EIP-6780). */
  readonly destroyed: readonly Address[]
  /** The EVM's name of what went wrong: 'revert', 'out of gas' … */
  readonly failure: string | undefined
}

/** EIP-3529: at most a fifth of the gas comes back. */
const MAX_REFUND_QUOTIENT = 5n
const MAX_BALANCE: bigint = (1n << 256n) - 1n
const NO_BYTES: Uint8Array = new Uint8Array(0)

function withoutPrefix(bytes: Uint8Array): string {
  return bytesToHex(bytes).slice(2)
}

/**
 * What costs the price of a second access from the start (EIP-2929, 2930, 3651), besides precompiles, which the journal
 * knows; the EVM adds a target's delegate.
 */
function warmUp({ evm, environment }: Machine, { from, to, accessList }: Message): void {
  evm.journal.addAlwaysWarmAddress(withoutPrefix(from))
  if (to !== undefined) evm.journal.addAlwaysWarmAddress(withoutPrefix(to))
  evm.journal.addAlwaysWarmAddress(withoutPrefix(environment.beneficiary))
  for (const { address, storageKeys } of accessList) {
    const name = withoutPrefix(address)
    evm.journal.addAlwaysWarmAddress(name, true)
    for (const key of storageKeys) evm.journal.addAlwaysWarmSlot(name, withoutPrefix(key), true)
  }
}

/**
 * Moves the value without the EVM where the EVM would do nothing else: no code at the target, and balances in range.
 * Returns false, with nothing done, where that is not so. (Measured: 4 times faster than through the EVM.)
 */
function transferOnly({ world, precompiles }: Machine, { from, to, value, authorizationList }: Message): boolean {
  if (authorizationList.length > 0) return false
  if (to === undefined || precompiles.has(bytesToKey(to))) return false
  const target = world.account(to) ?? NEW_ACCOUNT
  const sender = world.account(from) ?? NEW_ACCOUNT
  if (hasCode(target) || sender.balance < value || target.balance + value > MAX_BALANCE) return false
  world.setAccount(from, { ...sender, balance: sender.balance - value })
  world.addBalance(to, value)
  return true
}

function hexToAddress(hex: string): Address {
  const bytes = hexToBytes(hex)
  invariant(bytes !== undefined, 'the EVM names accounts in hexadecimal')
  return toAddress(bytes)
}

function logsOf({ execResult }: EVMResult): readonly Log[] {
  const logs = execResult.logs ?? []
  return logs.map(([address, topics, data]) => ({ address: toAddress(address), topics: topics.map(toHash32), data }))
}

function destroyedIn({ execResult }: EVMResult): readonly Address[] {
  const { selfdestruct, createdAddresses } = execResult
  if (selfdestruct === undefined || createdAddresses === undefined) return []
  return [...selfdestruct.keys()].filter((name) => createdAddresses.has(name)).map(hexToAddress)
}

/** What a message pays for besides what the EVM does. */
interface MessagePrice {
  readonly intrinsic: bigint
  readonly floor: bigint
  /** Earned before anything was executed, and kept if that fails. */
  readonly refund: bigint
}

function outcomeOf(result: EVMResult, { intrinsic, floor, refund }: MessagePrice): MessageOutcome {
  const { execResult, createdAddress } = result
  const spent = intrinsic + execResult.executionGasUsed
  const earned = refund + (execResult.gasRefund ?? 0n)
  const mostRefund = spent / MAX_REFUND_QUOTIENT
  const left = spent - (earned < mostRefund ? earned : mostRefund)
  const gasUsed = left > floor ? left : floor
  const succeeded = execResult.exceptionError === undefined
  return {
    succeeded,
    gasUsed,
    gasRefunded: spent > gasUsed ? spent - gasUsed : 0n,
    logs: logsOf(result),
    returnData: execResult.returnValue,
    createdAddress: createdAddress === undefined ? undefined : toAddress(createdAddress.bytes),
    destroyed: succeeded ? destroyedIn(result) : [],
    failure: execResult.exceptionError?.error,
  }
}

/** Runs a message through the EVM, whatever it is. Leaves the EVM as it was for the next one. */
export async function runInEvm(machine: Machine, message: Message): Promise<MessageOutcome> {
  const { evm, block, transactions } = machine
  const { from, to, value, data, gasLimit, gasPrice, authorizationList } = message
  const intrinsic = transactions.intrinsicGas(message)
  const { authorities, refund } = await applyAuthorizations(machine, authorizationList)
  warmUp(machine, message)
  for (const authority of authorities) evm.journal.addAlwaysWarmAddress(withoutPrefix(authority))
  try {
    const result = await evm.runCall({
      block,
      gasPrice,
      caller: new EvmAddress(from),
      gasLimit: gasLimit - intrinsic,
      ...defined({ to: to && new EvmAddress(to) }),
      value,
      data,
      skipNonceIncrement: true,
    })
    return outcomeOf(result, { intrinsic, floor: transactions.floorGas(message), refund })
  } finally {
    evm.journal.cleanJournal()
  }
}

/** Runs a message, as {@link runInEvm} does, or faster to the same effect. */
export async function runMessage(machine: Machine, message: Message): Promise<MessageOutcome> {
  if (!transferOnly(machine, message)) return runInEvm(machine, message)
  return {
    succeeded: true,
    gasUsed: leastGas(machine.transactions, message),
    gasRefunded: 0n,
    logs: [],
    returnData: NO_BYTES,
    createdAddress: undefined,
    destroyed: [],
    failure: undefined,
  }
}
