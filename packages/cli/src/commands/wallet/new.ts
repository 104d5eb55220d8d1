import { formatTable } from '@poai/testnet/terminal'
import type { Command } from 'commander'
import { Wallet } from 'ethers'
import type { CliContext } from '../../cli-context.ts'
import { readNewPassword } from '../../read-secret.ts'
import { openKeystore, type StoredKey } from '../../wallet/keystore.ts'
import { type CommonOptions, installationOf, leafCommand, printResult } from '../leaf-command.ts'

interface NewOptions extends CommonOptions {
  readonly passwordFile?: string
}

/** Adds `poai wallet new`. */
export function addWalletNewCommand(parent: Command, context: CliContext): void {
  leafCommand(parent, 'new', {
    summary: 'create a key, encrypted with a password',
    examples: ['wallet new', 'wallet new --password-file secret.txt --json'],
  })
    .option('--password-file <file>', 'read the password from the first line of a file')
    .action((options: NewOptions) => create(context, options))
}

async function create(context: CliContext, options: NewOptions): Promise<void> {
  const keystore = openKeystore(installationOf(options, context).home)
  const password = await readNewPassword(context, { file: options.passwordFile })
  printKey(context, options, await keystore.add(Wallet.createRandom().privateKey, password))
}

/** Shows a key that was stored, and what to do with it. */
export function printKey(context: CliContext, options: CommonOptions, { address, path }: StoredKey): void {
  printResult(
    context,
    options,
    { address, path },
    () =>
      `${formatTable([
        ['address', address],
        ['key', path],
      ])}Keep a copy of the file and remember the password: nobody can restore either.\n`,
  )
}
