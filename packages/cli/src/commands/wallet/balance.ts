import type { RpcClient } from '@poai/api/connect'
import { numberIn } from '@poai/testnet'
import { formatTable } from '@poai/testnet/terminal'
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
    description: 'show the coins of addresses; without any, of all keys that are here',
    examples: ['wallet balance', 'wallet balance 0xf39Fd6e51aad88F6F4ce6aB8827279cffFb92266'],
  })
    .argument('[addresses...]', 'whose coins', (text: string, before: readonly string[] = []) => [
      ...before,
      parseAddress(text),
    ])
    .action((addresses: readonly string[], options: NodeOptions) => balance(context, addresses, options))
}

async function balance(context: CliContext, named: readonly string[], options: NodeOptions): Promise<void> {
  const keystore = openKeystore(installationOf(options, context).home)
  const addresses = named.length > 0 ? named : (await keystore.list()).map(({ address }) => address)
  const accounts = await withNode(options, context.environment, (client) =>
    Promise.all(addresses.map((address) => accountOf(client, address, context.signal))),
  )
  printResult(context, options, { accounts }, () =>
    accounts.length === 0
      ? `There are no keys in ${keystore.directory}. Name an address, or make a key: poai wallet new\n`
      : formatTable([
          ['ADDRESS', 'COINS', 'SENT'],
          ...accounts.map(({ address, balanceWei, transactions }) => [
            address,
            formatCoins(BigInt(balanceWei)),
            `${transactions} transactions`,
          ]),
        ]),
  )
}

interface Account {
  readonly address: string
  readonly balanceWei: string
  readonly transactions: number
}

async function accountOf(client: RpcClient, address: string, signal: AbortSignal): Promise<Account> {
  const [wei, count] = await Promise.all([
    client.call('eth_getBalance', [address, 'latest'], { signal }),
    client.call('eth_getTransactionCount', [address, 'latest'], { signal }),
  ])
  return { address, balanceWei: BigInt(String(wei)).toString(), transactions: numberIn(count) }
}
