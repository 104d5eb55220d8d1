import type { Command } from 'commander'
import type { DataDirectoryOptions } from '../../data-directory.ts'
import { type CommonOptions, leafCommand } from '../leaf-command.ts'

/** Options that every command about a database has. */
export interface DbOptions extends CommonOptions, DataDirectoryOptions {}

/** A command about the database of a node that does not run. */
export function dbCommand(
  parent: Command,
  usage: string,
  text: { description: string; examples: readonly string[] },
): Command {
  return leafCommand(parent, usage, text)
    .option('--data-dir <directory>', 'the data directory of the node (default: the network’s folder in the home)')
    .option(
      '--network <name-or-file>',
      'built-in network, or a JSON file of parameters (default: what is there, or devnet)',
    )
}
