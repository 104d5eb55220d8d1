import { type RpcCodeName, RpcError } from '@poai/api'
import { type RuleCode, RuleError } from '@poai/core'

/** What geth calls the rules that a simulated transaction may break: ethers and viem read these texts. */
const REFUSALS: ReadonlyMap<RuleCode, readonly [RpcCodeName, string]> = new Map([
  ['EXECUTION_BLOCK_GAS', ['blockGasExceeded', 'block gas limit reached']],
  ['EXECUTION_FEE_BELOW_BASE', ['feeBelowBase', 'max fee per gas less than block base fee']],
  ['EXECUTION_FUNDS', ['insufficientFunds', 'insufficient funds for gas * price + value']],
  ['EXECUTION_INIT_CODE_SIZE', ['initCodeTooLarge', 'max initcode size exceeded']],
  ['EXECUTION_INTRINSIC_GAS', ['intrinsicGasTooLow', 'intrinsic gas too low']],
  ['EXECUTION_TRANSACTION_GAS', ['transactionRejected', 'transaction gas limit too high']],
  ['EXECUTION_TRANSACTION_TYPE', ['transactionRejected', 'transaction type not supported']],
])

/** What a client is told if a transaction cannot stand in a simulated block; other errors stay what they are. */
export function toSimulationError(error: unknown): unknown {
  if (!(error instanceof RuleError)) return error
  const { code, expected, actual } = error
  const found = `expected ${String(expected)}, got ${String(actual)}`
  if (code === 'EXECUTION_NONCE') {
    const isLow = BigInt(actual ?? 0) < BigInt(expected ?? 0)
    return new RpcError(isLow ? 'nonceTooLow' : 'nonceTooHigh', `nonce too ${isLow ? 'low' : 'high'}: ${found}`)
  }
  const known = REFUSALS.get(code)
  return known === undefined ? error : new RpcError(known[0], `${known[1]}: ${found}`, { cause: error })
}
