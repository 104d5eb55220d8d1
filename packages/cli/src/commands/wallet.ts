import type { Command } from 'commander'
import type { CliContext } from '../cli-context.ts'
import { commandGroup } from './leaf-command.ts'
import { addWalletBalanceCommand } from './wallet/balance.ts'
import { addWalletImportCommand } from './wallet/import.ts'
import { addWalletListCommand } from './wallet/list.ts'
import { addWalletNewCommand } from './wallet/new.ts'
import { addWalletSendCommand } from './wallet/send.ts'
import { addWalletSignCommand } from './wallet/sign.ts'

/** Adds `poai wallet …`. */
export function addWalletCommands(program: Command, context: CliContext): void {
  const wallet = commandGroup(program, 'wallet', 'create and import keys, show balances, send coins, sign')
  addWalletNewCommand(wallet, context)
  addWalletImportCommand(wallet, context)
  addWalletListCommand(wallet, context)
  addWalletBalanceCommand(wallet, context)
  addWalletSendCommand(wallet, context)
  addWalletSignCommand(wallet, context)
}
