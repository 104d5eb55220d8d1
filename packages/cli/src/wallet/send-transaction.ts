import { AppError, defined, type Hex } from '@poai/core'
import { isError, type JsonRpcApiProvider, type TransactionRequest, type Wallet } from 'ethers'

/** The network refused a transaction: why, in one line. */
export class TransactionRefused extends AppError<'CLI_TRANSACTION_REFUSED'> {
  constructor(message: string, cause: unknown, hint?: string) {
    super('CLI_TRANSACTION_REFUSED', message, { cause, ...defined({ hint }) })
  }
}

/** A transaction that was sent. */
export interface SentTransaction {
  readonly hash: Hex
  readonly nonce: number
  readonly gasLimit: bigint
  readonly maxFeePerGas: bigint
}

/** Fills in nonce, gas and fees where they are missing, signs and sends. */
export async function sendTransaction(
  wallet: Wallet,
  request: TransactionRequest,
  provider: JsonRpcApiProvider,
): Promise<SentTransaction> {
  try {
    const { hash, nonce, gasLimit, maxFeePerGas, gasPrice } = await wallet.connect(provider).sendTransaction(request)
    return { hash: hash as Hex, nonce, gasLimit, maxFeePerGas: maxFeePerGas ?? gasPrice }
  } catch (error) {
    throw explain(error)
  }
}

/** Ethers puts the whole request into its messages; people need only the reason. */
function explain(error: unknown): unknown {
  if (isError(error, 'INSUFFICIENT_FUNDS')) {
    return new TransactionRefused(
      'the account does not have enough coins for the amount and the fees',
      error,
      'poai wallet balance shows how many it has',
    )
  }
  if (isError(error, 'CALL_EXCEPTION'))
    return new TransactionRefused(`the transaction would fail: ${error.reason ?? 'no reason given'}`, error)
  if (isError(error, 'NONCE_EXPIRED'))
    return new TransactionRefused('the chain already has a transaction with this nonce', error)
  if (isError(error, 'REPLACEMENT_UNDERPRICED')) {
    return new TransactionRefused(
      'another transaction with this nonce is waiting',
      error,
      'to replace it, pay at least 10 % more: --max-fee, --tip',
    )
  }
  if (isError(error, 'UNKNOWN_ERROR') || isError(error, 'SERVER_ERROR')) {
    const message = nodeMessage(error.error) ?? error.shortMessage
    return new TransactionRefused(`the node refused it: ${message}`, error)
  }
  return error
}

function nodeMessage(error: unknown): string | undefined {
  if (typeof error !== 'object' || error === null || !('message' in error)) return undefined
  return typeof error.message === 'string' ? error.message : undefined
}
