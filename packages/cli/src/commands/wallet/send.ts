import type { RpcClient } from '@poai/api/connect'
import { defined, type Hex } from '@poai/core'
import { formatTable } from '@poai/testnet/terminal'
import type { Command } from 'commander'
import type { CliContext } from '../../cli-context.ts'
import { wholeNumber } from '../../parse-options.ts'
import { CheckFailed } from '../../report-error.ts'
import { createNodeProvider } from '../../rpc-client/node-provider.ts'
import { withNode } from '../../rpc-client/open-rpc-client.ts'
import { formatCoins, parseAddress, parseCoins, parseData, parseGwei } from '../../wallet/coins.ts'
import { findSigner } from '../../wallet/find-signer.ts'
import { type SentTransaction, sendTransaction } from '../../wallet/send-transaction.ts'
import { waitForReceipt } from '../../wallet/wait-for-receipt.ts'
import { printResult } from '../leaf-command.ts'
import { type NodeOptions, nodeCommand } from '../node-option.ts'
import { signerOptions } from './signer-options.ts'

interface SendOptions extends NodeOptions {
  readonly from?: string
  readonly dev?: number
  readonly passwordFile?: string
  readonly data?: string
  readonly gasLimit?: number
  readonly maxFee?: bigint
  readonly tip?: bigint
  readonly nonce?: number
  readonly wait?: true
}

/** More than any block holds. */
const MAX_GAS = 2 ** 53 - 1

/** Adds `poai wallet send`. */
export function addWalletSendCommand(parent: Command, context: CliContext): void {
  const command = nodeCommand(parent, 'send', {
    summary: 'send coins, or data to a contract',
    examples: [
      'wallet send 0x70997970C51812dc3A010C7d01b50e0d17dc79C8 1.5 --wait',
      'wallet send 0x70997970C51812dc3A010C7d01b50e0d17dc79C8 1.5 --dev 0',
      'wallet send 0x70997970C51812dc3A010C7d01b50e0d17dc79C8 0 --data 0xd09de08a',
    ],
  })
    .argument('<to>', 'the recipient', parseAddress)
    .argument('<coins>', 'the amount, like 1.5', parseCoins)
  signerOptions(command)
    .option('--data <hex>', 'call data for a contract', parseData)
    .option('--gas-limit <gas>', 'the most gas to use (default: the node’s estimate)', wholeNumber(21_000, MAX_GAS))
    .option('--max-fee <gwei>', 'the most to pay for a unit of gas (default: the node’s suggestion)', parseGwei)
    .option('--tip <gwei>', 'the miner’s share of it (default: the node’s suggestion)', parseGwei)
    .option('--nonce <number>', 'nonce of the transaction (default: the account’s next one)', wholeNumber(0, MAX_GAS))
    .option('--wait', 'wait until it is in a block; exit code 1 if it failed there')
    .action((to: string, coins: bigint, options: SendOptions) => send(context, { to, coins, options }))
}

async function send(
  context: CliContext,
  { to, coins, options }: { readonly to: string; readonly coins: bigint; readonly options: SendOptions },
): Promise<void> {
  const { data, gasLimit, maxFee, tip, nonce } = options
  const wallet = await findSigner(context, options)
  await withNode(options, context.environment, async (client) => {
    const provider = await createNodeProvider(client)
    try {
      const overrides = defined({ data, gasLimit, maxFeePerGas: maxFee, maxPriorityFeePerGas: tip, nonce })
      const sent = await sendTransaction(wallet, { to, value: coins, ...overrides }, provider)
      const block = options.wait ? await blockOf(client, sent.hash, context.signal) : undefined
      printSent(context, options, { sent, from: wallet.address, to, coins, block })
      if (block?.hasFailed) throw new CheckFailed('the transaction failed in its block')
    } finally {
      provider.destroy()
    }
  })
}

interface InBlock {
  readonly number: number
  readonly hasFailed: boolean
  readonly gasUsed: number
}

async function blockOf(client: RpcClient, hash: Hex, signal: AbortSignal): Promise<InBlock> {
  const { blockNumber, status, gasUsed } = await waitForReceipt(client, hash, signal)
  return { number: Number(blockNumber), hasFailed: status === '0x0', gasUsed: Number(gasUsed) }
}

interface Sent {
  readonly sent: SentTransaction
  readonly from: string
  readonly to: string
  readonly coins: bigint
  readonly block: InBlock | undefined
}

function printSent(context: CliContext, options: SendOptions, { sent, from, to, coins, block }: Sent): void {
  const { hash, nonce, gasLimit, maxFeePerGas } = sent
  const result = {
    ...{ hash, from, to, nonce, valueWei: String(coins) },
    ...{ gasLimit: Number(gasLimit), maxFeePerGas: String(maxFeePerGas), block: block ?? null },
  }
  printResult(context, options, result, () =>
    formatTable([
      ['transaction', hash],
      ['from', `${from}, nonce ${nonce}`],
      ['to', to],
      ['coins', formatCoins(coins)],
      ['fee', `at most ${formatCoins(gasLimit * maxFeePerGas)}`],
      block === undefined
        ? ['next', `poai tx ${hash}`]
        : ['block', `${block.number}, ${block.hasFailed ? 'FAILED' : 'done'}, ${block.gasUsed} gas`],
    ]),
  )
}
