import type { JsonValue } from '@poai/core'
import { listIn, numberIn, objectIn, textIn } from '@poai/testnet'
import { formatTable } from '@poai/testnet/terminal'
import type { Command } from 'commander'
import type { CliContext } from '../cli-context.ts'
import { fetchBlock, parseBlockPlace } from '../inspect/block-place.ts'
import { withNode } from '../rpc-client/open-rpc-client.ts'
import { formatCoins } from '../wallet/coins.ts'
import { printResult } from './leaf-command.ts'
import { type NodeOptions, nodeCommand } from './node-option.ts'

/** Transactions that are listed; the JSON has all. */
const SHOWN_TRANSACTIONS = 20

/** Adds `poai block`. */
export function addBlockCommand(program: Command, context: CliContext): void {
  nodeCommand(program, 'block', {
    description: 'show a block: by number, hash or tag',
    examples: ['block', 'block 12', 'block 0x…', 'block latest --json'],
  })
    .argument('[block]', 'number, hash, latest, earliest, safe or finalized', parseBlockPlace, 'latest')
    .action((place: string, options: NodeOptions) =>
      withNode(options, context.environment, async (client) => {
        const block = await fetchBlock(client, place, context.signal)
        printResult(context, options, block, () => formatBlock(block))
      }),
    )
}

function formatBlock(block: Readonly<Record<string, JsonValue>>): string {
  const poai = objectIn(block['poai'])
  const transactions = listIn(block['transactions']).map(objectIn)
  const text = (name: string): string => textIn(block[name]) ?? ''
  const seconds = numberIn(block['timestamp'])
  const gasUsed = numberIn(block['gasUsed'])
  const gasLimit = numberIn(block['gasLimit'])
  const loss = numberIn(poai['lossMicroNats']) / 1e6
  const head = formatTable([
    ['block', `${numberIn(block['number'])}`],
    ['hash', text('hash')],
    ['parent', text('parentHash')],
    ['time', `${new Date(seconds * 1000).toISOString()}`],
    ['miner', text('miner')],
    ['difficulty', `${numberIn(block['difficulty']).toLocaleString('en')} attempts`],
    ['loss', `${loss.toFixed(4)} nats a token`],
    ['transcript', textIn(poai['transcriptRoot']) ?? ''],
    [
      'gas',
      `${gasUsed.toLocaleString('en')} of ${gasLimit.toLocaleString('en')}, base fee ${numberIn(block['baseFeePerGas']) / 1e9} gwei`,
    ],
    ['state', text('stateRoot')],
    ['transactions', String(transactions.length)],
  ])
  if (transactions.length === 0) return head
  const rows = transactions
    .slice(0, SHOWN_TRANSACTIONS)
    .map((transaction) => [
      textIn(transaction['hash']) ?? '',
      textIn(transaction['from']) ?? '',
      textIn(transaction['to']) ?? 'new contract',
      formatCoins(BigInt(textIn(transaction['value']) ?? '0')),
    ])
  const more = transactions.length - rows.length
  return `${head}\n${formatTable([['TRANSACTION', 'FROM', 'TO', 'COINS'], ...rows])}${more > 0 ? `and ${more} more: --json shows all\n` : ''}`
}
