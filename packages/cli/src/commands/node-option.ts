import type { Command } from 'commander'
import type { NodeChoice } from '../rpc-client/open-rpc-client.ts'
import { type CommonOptions, leafCommand } from './leaf-command.ts'

/** Options of every command that asks a running node. */
export interface NodeOptions extends CommonOptions, NodeChoice {}

/** A command that asks a running node. */
export function nodeCommand(
  parent: Command,
  usage: string,
  text: { description: string; examples: readonly string[] },
): Command {
  return leafCommand(parent, usage, text)
    .option(
      '--rpc <url-or-socket>',
      'the node to ask (default: $POAI_RPC, the node of this home, or http://127.0.0.1:8545)',
    )
    .option('--data-dir <directory>', 'ask the node of this data directory, by its socket')
}
