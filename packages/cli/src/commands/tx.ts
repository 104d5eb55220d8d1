import type { RpcClient } from '@poai/api/connect'
import type { JsonValue } from '@poai/core'
import { listIn, numberIn, objectIn, textIn } from '@poai/testnet'
import { formatTable } from '@poai/testnet/terminal'
import { type Command, InvalidArgumentError } from 'commander'
import type { CliContext } from '../cli-context.ts'
import { CheckFailed, UsageError } from '../report-error.ts'
import { withNode } from '../rpc-client/open-rpc-client.ts'
import { formatCoins } from '../wallet/coins.ts'
import { waitForReceipt } from '../wallet/wait-for-receipt.ts'
import { printResult } from './leaf-command.ts'
import { type NodeOptions, nodeCommand } from './node-option.ts'

interface TxOptions extends NodeOptions {
  readonly wait?: true
}

/** Adds `poai tx`. */
export function addTxCommand(program: Command, context: CliContext): void {
  nodeCommand(program, 'tx', {
    description: 'show a transaction and what it came to; exit code 1 if it failed',
    examples: ['tx 0x…', 'tx 0x… --wait', 'tx 0x… --json'],
  })
    .argument('<hash>', 'of the transaction', parseHash)
    .option('--wait', 'wait until it is in a block')
    .action((hash: string, options: TxOptions) =>
      withNode(options, context.environment, (client) => show(context, client, { hash, options })),
    )
}

function parseHash(text: string): string {
  if (/^0x[0-9a-fA-F]{64}$/.test(text)) return text.toLowerCase()
  throw new InvalidArgumentError('expected 0x and 64 hexadecimal digits.')
}

type JsonObject = Readonly<Record<string, JsonValue>>

async function show(
  context: CliContext,
  client: RpcClient,
  { hash, options }: { readonly hash: string; readonly options: TxOptions },
): Promise<void> {
  const { signal } = context
  if (options.wait) await waitForReceipt(client, hash, signal)
  const [transaction, receipt] = await Promise.all([
    client.call('eth_getTransactionByHash', [hash], { signal }),
    client.call('eth_getTransactionReceipt', [hash], { signal }),
  ])
  if (transaction === null) {
    throw new UsageError(
      `the node at ${client.address} knows no transaction ${hash}`,
      'a new one may still be on its way: --wait',
    )
  }
  const result = { transaction, receipt }
  const details = objectIn(receipt)
  printResult(context, options, result, () => formatTransaction(objectIn(transaction), details))
  if (receipt !== null && numberIn(details['status']) === 0)
    throw new CheckFailed('the transaction failed in its block')
}

function formatTransaction(transaction: JsonObject, receipt: JsonObject): string {
  const text = (name: string): string => textIn(transaction[name]) ?? ''
  const created = textIn(receipt['contractAddress'])
  const fee = BigInt(textIn(receipt['gasUsed']) ?? '0') * BigInt(textIn(receipt['effectiveGasPrice']) ?? '0')
  const isMined = textIn(receipt['blockHash']) !== undefined
  return formatTable([
    ['transaction', text('hash')],
    ['from', `${text('from')}, nonce ${numberIn(transaction['nonce'])}`],
    ['to', textIn(transaction['to']) ?? `new contract ${created ?? ''}`.trim()],
    ['coins', formatCoins(BigInt(text('value') || '0'))],
    ...(text('input') === '0x' ? [] : [['data', `${(text('input').length - 2) / 2} bytes`]]),
    ...(isMined
      ? [
          ['block', `${numberIn(receipt['blockNumber'])}, place ${numberIn(receipt['transactionIndex'])}`],
          ['result', numberIn(receipt['status']) === 1 ? 'done' : 'FAILED'],
          ['gas', numberIn(receipt['gasUsed']).toLocaleString('en')],
          ['fee', formatCoins(fee)],
          ['logs', String(listIn(receipt['logs']).length)],
        ]
      : [['block', 'none yet: it waits']]),
  ])
}
