import type { NodeMethods } from '@poai/api/client'
import { ask } from '@poai/api/connect'
import { NetworkError, parseDialAddress } from '@poai/p2p'
import type { Command } from 'commander'
import type { CliContext } from '../cli-context.ts'
import { wholeNumber } from '../parse-options.ts'
import { formatBans, formatPeers } from '../peers/format-peers.ts'
import { reportBan, reportPeer } from '../peers/peer-reports.ts'
import { UsageError } from '../report-error.ts'
import { withNode } from '../rpc-client/open-rpc-client.ts'
import { commandGroup, printResult } from './leaf-command.ts'
import { type NodeOptions, nodeCommand } from './node-option.ts'

/** A year. */
const MAX_BAN_MINUTES = 525_600
const PEER = '12D3KooWGRYZDHNVnvCwPQNEyvzmzyBDZ8q3iNLVmMxV8XaZbZQS'

/** Adds `poai peers …`. */
export function addPeersCommands(program: Command, context: CliContext): void {
  const peers = commandGroup(program, 'peers', 'show, add, remove and ban the peers of a running node')
  addListCommand(peers, context)
  addAddCommand(peers, context)
  addRemoveCommand(peers, context)
  addBanCommand(peers, context)
  addUnbanCommand(peers, context)
  addBansCommand(peers, context)
}

interface ListOptions extends NodeOptions {
  readonly all?: true
}

function addListCommand(parent: Command, context: CliContext): void {
  nodeCommand(parent, 'list', {
    summary: 'list the connected peers',
    examples: ['peers list', 'peers list --all --json', 'peers list --data-dir ./data'],
  })
    .option('--all', 'also list known nodes that are not connected')
    .action(async (options: ListOptions) => {
      const known = (await askNode(context, options, 'admin_peers')).map(reportPeer)
      const shown = options.all ? known : known.filter(({ isConnected }) => isConnected)
      printResult(context, options, { peers: shown }, () => formatPeers(shown, Date.now()))
    })
}

function addAddCommand(parent: Command, context: CliContext): void {
  nodeCommand(parent, 'add', {
    summary: 'stay connected to the node at an address, across restarts too',
    examples: [`peers add /ip4/192.0.2.1/tcp/30404/p2p/${PEER}`, 'peers add /dns4/node.example/tcp/30404'],
  })
    .argument('<multiaddress>', 'the address of the other node, with its peer id if known')
    .action(async (address: string, options: NodeOptions) => {
      requireAddress(address)
      await askNode(context, options, 'admin_addPeer', address)
      printResult(context, options, { added: address }, () => `Added ${address}. See: poai peers list\n`)
    })
}

function addRemoveCommand(parent: Command, context: CliContext): void {
  nodeCommand(parent, 'remove', {
    summary: 'disconnect a peer, and forget it',
    examples: [`peers remove ${PEER}`],
  })
    .argument('<peer-id>', 'as poai peers list shows it')
    .action(async (peerId: string, options: NodeOptions) => {
      const removed = await askNode(context, options, 'admin_removePeer', peerId)
      printResult(context, options, { removed }, () => (removed ? 'Removed.\n' : 'No such peer is known.\n'))
    })
}

/** Finds a wrong address without a node. */
function requireAddress(text: string): void {
  try {
    parseDialAddress(text)
  } catch (error) {
    if (!(error instanceof NetworkError)) throw error
    throw new UsageError(error.message, `give ${error.expected ?? 'a multiaddress'}`)
  }
}

interface BanOptions extends NodeOptions {
  readonly minutes?: number
}

function addBanCommand(parent: Command, context: CliContext): void {
  nodeCommand(parent, 'ban', {
    summary: 'disconnect a peer or an IP address, and keep it away for a while',
    examples: [`peers ban ${PEER}`, 'peers ban 192.0.2.1 --minutes 1440'],
  })
    .argument('<peer-id-or-ip>', 'a peer id, or an IP address (an IPv6 address bans its /64)')
    .option('--minutes <number>', 'how long (default: 60)', wholeNumber(1, MAX_BAN_MINUTES))
    .action(async (target: string, options: BanOptions) => {
      const forMs = options.minutes === undefined ? [] : ([options.minutes * 60_000] as const)
      const ban = reportBan(await askNode(context, options, 'admin_ban', target, ...forMs))
      printResult(context, options, ban, () => formatBans([ban], Date.now()))
    })
}

function addUnbanCommand(parent: Command, context: CliContext): void {
  nodeCommand(parent, 'unban', {
    summary: 'lift a ban, and clear the score that led to it',
    examples: [`peers unban ${PEER}`, 'peers unban 192.0.2.1'],
  })
    .argument('<peer-id-or-ip>', 'as poai peers bans shows it')
    .action(async (target: string, options: NodeOptions) => {
      const lifted = await askNode(context, options, 'admin_unban', target)
      printResult(context, options, { lifted }, () => (lifted ? 'The ban is lifted.\n' : 'There is no such ban.\n'))
    })
}

function addBansCommand(parent: Command, context: CliContext): void {
  nodeCommand(parent, 'bans', {
    summary: 'list the bans, with their reasons',
    examples: ['peers bans'],
  }).action(async (options: NodeOptions) => {
    const bans = (await askNode(context, options, 'admin_bans')).map(reportBan)
    printResult(context, options, { bans }, () => formatBans(bans, Date.now()))
  })
}

function askNode<Name extends keyof NodeMethods>(
  { environment, signal }: CliContext,
  options: NodeOptions,
  method: Name,
  ...params: NodeMethods[Name]['params']
): Promise<NodeMethods[Name]['result']> {
  return withNode(options, environment, (client) => ask(client, method, params, { signal }))
}
