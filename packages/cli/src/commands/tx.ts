import type { ReceiptJson, TransactionJson } from '@poai/api/client'
import { ask, type RpcClient } from '@poai/api/connect'
import type { Hex } from '@poai/core'
import { formatTable } from '@poai/testnet/terminal'
import { type Command, InvalidArgumentError } from 'commander'
import type { CliContext } from '../cli-context.ts'
import { isHash } from '../inspect/block-place.ts'
import { CheckFailed, UsageError } from '../report-error.ts'
import { withNode } from '../rpc-client/open-rpc-client.ts'
import { formatCoins } from '../wallet/coins.ts'
import { waitForReceipt } from '../wallet/wait-for-receipt.ts'
import { printResult } from './leaf-command.ts'
import { type NodeOptions, nodeCommand } from './node-option.ts'

interface TxOptions extends NodeOptions {
  readonly wait?: true
}

/** The status in the receipt of a failed transaction. */
const FAILED = '0x0'

/** Adds `poai tx`. */
export function addTxCommand(program: Command, context: CliContext): void {
  nodeCommand(program, 'tx', {
    summary: 'show a transaction and its outcome; exit code 1 if it failed',
    examples: ['tx 0x…', 'tx 0x… --wait', 'tx 0x… --json'],
  })
    .argument('<hash>', 'hash of the transaction', parseHash)
    .option('--wait', 'wait until it is in a block')
    .action((hash: Hex, options: TxOptions) =>
      withNode(options, context.environment, (client) => show(context, client, { hash, options })),
    )
}

function parseHash(text: string): Hex {
  const hash = text.toLowerCase()
  if (isHash(hash)) return hash
  throw new InvalidArgumentError('expected 0x and 64 hexadecimal digits.')
}

async function show(
  context: CliContext,
  client: RpcClient,
  { hash, options }: { readonly hash: Hex; readonly options: TxOptions },
): Promise<void> {
  const { signal } = context
  if (options.wait) await waitForReceipt(client, hash, signal)
  const [transaction, receipt] = await Promise.all([
    ask(client, 'eth_getTransactionByHash', [hash], { signal }),
    ask(client, 'eth_getTransactionReceipt', [hash], { signal }),
  ])
  if (transaction === null) {
    throw new UsageError(
      `the node at ${client.address} does not know the transaction ${hash}`,
      'a new transaction may still be on its way: --wait waits for it',
    )
  }
  printResult(context, options, { transaction, receipt }, () => formatTransaction(transaction, receipt))
  if (receipt?.status === FAILED) throw new CheckFailed('the transaction failed in its block')
}

function formatTransaction(transaction: TransactionJson, receipt: ReceiptJson | null): string {
  const { hash, from, to, nonce, value, input } = transaction
  return formatTable([
    ['transaction', hash],
    ['from', `${from}, nonce ${Number(nonce)}`],
    ['to', to ?? `new contract ${receipt?.contractAddress ?? ''}`.trim()],
    ['coins', formatCoins(BigInt(value))],
    ...(input === '0x' ? [] : [['data', `${(input.length - 2) / 2} bytes`]]),
    ...(receipt === null ? [['block', 'none yet: it is waiting']] : outcomeRows(receipt)),
  ])
}

function outcomeRows(receipt: ReceiptJson): readonly (readonly string[])[] {
  const { blockNumber, transactionIndex, status, gasUsed, effectiveGasPrice, logs } = receipt
  return [
    ['block', `${Number(blockNumber)}, place ${Number(transactionIndex)}`],
    ['result', status === FAILED ? 'FAILED' : 'done'],
    ['gas', Number(gasUsed).toLocaleString('en')],
    ['fee', formatCoins(BigInt(gasUsed) * BigInt(effectiveGasPrice))],
    ['logs', String(logs.length)],
  ]
}
