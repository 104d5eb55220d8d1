import { formatTable } from '@poai/testnet/terminal'
import type { Command } from 'commander'
import type { CliContext } from '../../cli-context.ts'
import { openKeystore } from '../../wallet/keystore.ts'
import { type CommonOptions, installationOf, leafCommand, printResult } from '../leaf-command.ts'

/** Adds `poai wallet list`. */
export function addWalletListCommand(parent: Command, context: CliContext): void {
  leafCommand(parent, 'list', {
    summary: 'list the keys on this machine',
    examples: ['wallet list', 'wallet list --json'],
  }).action((options: CommonOptions) => list(context, options))
}

async function list(context: CliContext, options: CommonOptions): Promise<void> {
  const { directory, list: listKeys } = openKeystore(installationOf(options, context).home)
  const keys = await listKeys()
  printResult(context, options, { directory, keys }, () =>
    keys.length === 0
      ? `There are no keys in ${directory}. Create one: poai wallet new\n`
      : formatTable([['ADDRESS', 'KEY'], ...keys.map(({ address, path }) => [address, path])]),
  )
}
