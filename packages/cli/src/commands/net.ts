import { writeFile } from 'node:fs/promises'
import { ask } from '@poai/api/connect'
import { createPreSharedKey } from '@poai/p2p'
import type { Command } from 'commander'
import type { CliContext } from '../cli-context.ts'
import { formatNet } from '../peers/format-peers.ts'
import { reportNet } from '../peers/peer-reports.ts'
import { UsageError } from '../report-error.ts'
import { withNode } from '../rpc-client/open-rpc-client.ts'
import { type CommonOptions, commandGroup, leafCommand, printResult } from './leaf-command.ts'
import { type NodeOptions, nodeCommand } from './node-option.ts'

/** Adds `poai net …`. */
export function addNetCommands(program: Command, context: CliContext): void {
  const net = commandGroup(program, 'net', 'show how a running node is reached, and make keys of private networks')
  nodeCommand(net, 'show', {
    summary: 'show the node’s peer id and addresses, and whether others can reach it',
    examples: ['net show', 'net show --data-dir ./data --json'],
  }).action(async (options: NodeOptions) => {
    const { signal } = context
    const info = await withNode(options, context.environment, (client) => ask(client, 'admin_nodeInfo', [], { signal }))
    const report = reportNet(info)
    printResult(context, options, report, () => formatNet(report))
  })
  leafCommand(net, 'new-key', {
    summary: 'create the key file of a private network: only nodes that have it can connect to each other',
    examples: ['net new-key swarm.key'],
  })
    .argument('<file>', 'where to write it; an existing file is never overwritten')
    .action((file: string, options: CommonOptions) => writeKey(context, file, options))
}

async function writeKey(context: CliContext, file: string, options: CommonOptions): Promise<void> {
  try {
    await writeFile(file, createPreSharedKey(), { flag: 'wx', mode: 0o600 })
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'EEXIST') {
      throw new UsageError(`${file} exists`, 'choose another name: whoever loses a key loses the network')
    }
    throw error
  }
  printResult(
    context,
    options,
    { file },
    () => `Wrote ${file}. Give it to every node of the network, and to nobody else.\n`,
  )
}
