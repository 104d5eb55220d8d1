import type { BlockJson } from '@poai/api/client'
import type { Hex } from '@poai/core'
import { formatNats, formatTable } from '@poai/testnet/terminal'
import type { Command } from 'commander'
import type { CliContext } from '../cli-context.ts'
import { type BlockPlace, fetchBlock, parseBlockPlace } from '../inspect/block-place.ts'
import { withNode } from '../rpc-client/open-rpc-client.ts'
import { formatCoins } from '../wallet/coins.ts'
import { printResult } from './leaf-command.ts'
import { type NodeOptions, nodeCommand } from './node-option.ts'

/** How many transactions are listed; --json shows all. */
const SHOWN_TRANSACTIONS = 20
const WEI_PER_GWEI = 1e9

/** Adds `poai block`. */
export function addBlockCommand(program: Command, context: CliContext): void {
  nodeCommand(program, 'block', {
    summary: 'show a block',
    examples: ['block', 'block 12', 'block 0x…', 'block latest --json'],
  })
    .argument('[block]', 'number, hash, latest, earliest, safe or finalized', parseBlockPlace, 'latest')
    .action((place: BlockPlace, options: NodeOptions) =>
      withNode(options, context.environment, async (client) => {
        const block = await fetchBlock(client, place, context.signal)
        printResult(context, options, block, () => formatBlock(block))
      }),
    )
}

function formatBlock(block: BlockJson): string {
  const { poai, transactions } = block
  const baseFee = Number(block.baseFeePerGas) / WEI_PER_GWEI
  const count = (quantity: Hex): string => Number(quantity).toLocaleString('en')
  const head = formatTable([
    ['block', String(Number(block.number))],
    ['hash', block.hash],
    ['parent', block.parentHash],
    ['time', new Date(Number(block.timestamp) * 1000).toISOString()],
    ['miner', block.miner],
    ['difficulty', `${count(block.difficulty)} attempts`],
    ['loss', `${formatNats(poai.lossMicroNats)} nats a token`],
    ['transcript', poai.transcriptRoot],
    ['gas', `${count(block.gasUsed)} of ${count(block.gasLimit)}, base fee ${baseFee} gwei`],
    ['state', block.stateRoot],
    ['transactions', String(transactions.length)],
    ...(poai.answers === undefined ? [] : [['model answers', count(poai.answers)]]),
  ])
  const rows = transactions
    .filter((transaction) => typeof transaction !== 'string')
    .slice(0, SHOWN_TRANSACTIONS)
    .map(({ hash, from, to, value }) => [hash, from, to ?? 'new contract', formatCoins(BigInt(value))])
  if (rows.length === 0) return head
  const more = transactions.length - rows.length
  const rest = more > 0 ? `and ${more} more: --json shows all\n` : ''
  return `${head}\n${formatTable([['TRANSACTION', 'FROM', 'TO', 'COINS'], ...rows])}${rest}`
}
