import type { Command } from 'commander'
import type { DataDirectoryOptions } from '../../data-directory.ts'
import { type CommandText, type CommonOptions, leafCommand } from '../leaf-command.ts'

/** Options that every command about a database has. */
export interface DbOptions extends CommonOptions, DataDirectoryOptions {}

/** Adds a command about the database of a stopped node. */
export function dbCommand(parent: Command, usage: string, text: CommandText): Command {
  return leafCommand(parent, usage, text)
    .option('--data-dir <directory>', 'the data directory of the node (default: the folder of the network in the home)')
    .option(
      '--network <name-or-file>',
      'a built-in network, or a .json file of parameters (default: the one whose chain is there, else devnet)',
    )
}
