import { ask, type RpcClient } from '@poai/api/connect'
import type { Hex } from '@poai/core'
import { formatTable, plural } from '@poai/testnet/terminal'
import type { Command } from 'commander'
import type { CliContext } from '../../cli-context.ts'
import { withNode } from '../../rpc-client/open-rpc-client.ts'
import { formatCoins, parseAddress } from '../../wallet/coins.ts'
import { openKeystore } from '../../wallet/keystore.ts'
import { installationOf, printResult } from '../leaf-command.ts'
import { type NodeOptions, nodeCommand } from '../node-option.ts'

/** Adds `poai wallet balance`. */
export function addWalletBalanceCommand(parent: Command, context: CliContext): void {
  nodeCommand(parent, 'balance', {
    summary: 'show the balances of addresses, or of all keys on this machine',
    examples: ['wallet balance', 'wallet balance 0xf39Fd6e51aad88F6F4ce6aB8827279cffFb92266'],
  })
    .argument(
      '[addresses...]',
      'whose balances (default: all keys on this machine)',
      (text: string, before: readonly Hex[] = []) => [...before, parseAddress(text)],
    )
    .action((addresses: readonly Hex[], options: NodeOptions) => balance(context, addresses, options))
}

async function balance(context: CliContext, named: readonly Hex[], options: NodeOptions): Promise<void> {
  const keystore = openKeystore(installationOf(options, context).home)
  const addresses = named.length > 0 ? named : (await keystore.list()).map(({ address }) => address)
  const accounts = await withNode(options, context.environment, (client) =>
    Promise.all(addresses.map((address) => accountOf(client, address, context.signal))),
  )
  printResult(context, options, { accounts }, () =>
    accounts.length === 0
      ? `There are no keys in ${keystore.directory}. Name an address, or create a key: poai wallet new\n`
      : formatTable([
          ['ADDRESS', 'COINS', 'SENT'],
          ...accounts.map(({ address, balanceWei, transactions }) => [
            address,
            formatCoins(BigInt(balanceWei)),
            plural(transactions, 'transaction'),
          ]),
        ]),
  )
}

interface Account {
  readonly address: string
  readonly balanceWei: string
  readonly transactions: number
}

async function accountOf(client: RpcClient, address: Hex, signal: AbortSignal): Promise<Account> {
  const [wei, count] = await Promise.all([
    ask(client, 'eth_getBalance', [address, 'latest'], { signal }),
    ask(client, 'eth_getTransactionCount', [address, 'latest'], { signal }),
  ])
  return { address, balanceWei: String(BigInt(wei)), transactions: Number(count) }
}
