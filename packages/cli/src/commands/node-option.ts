import type { Command } from 'commander'
import type { NodeChoice } from '../rpc-client/open-rpc-client.ts'
import { type CommandText, type CommonOptions, leafCommand } from './leaf-command.ts'

/** Options of every command that asks a running node. */
export interface NodeOptions extends CommonOptions, NodeChoice {}

/** Adds a command that asks a running node. */
export function nodeCommand(parent: Command, usage: string, text: CommandText): Command {
  return leafCommand(parent, usage, text)
    .option(
      '--rpc <url-or-socket>',
      'the node to ask (default: $POAI_RPC, else the devnet node of this home, else http://127.0.0.1:8545)',
    )
    .option('--data-dir <directory>', 'ask the node that runs in this data directory, over its socket')
}
