import type { JsonValue } from '@poai/core'
import { NetworkError, parseDialAddress } from '@poai/p2p'
import type { Command } from 'commander'
import type { CliContext } from '../cli-context.ts'
import { wholeNumber } from '../parse-options.ts'
import { formatBans, formatPeers } from '../peers/format-peers.ts'
import { parseBanReport, parseBanReports, parsePeerReports } from '../peers/peer-reports.ts'
import { UsageError } from '../report-error.ts'
import { withNode } from '../rpc-client/open-rpc-client.ts'
import { printResult } from './leaf-command.ts'
import { type NodeOptions, nodeCommand } from './node-option.ts'

/** A year: who is to stay away for longer is banned again. */
const MAX_BAN_MINUTES = 525_600
const PEER = '12D3KooWGRYZDHNVnvCwPQNEyvzmzyBDZ8q3iNLVmMxV8XaZbZQS'

/** Adds `poai peers …`. */
export function addPeersCommands(program: Command, context: CliContext): void {
  const peers = program.command('peers').description('show, add, remove and ban the peers of a running node')
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
    description: 'show the connected peers, with their addresses, scores, latencies and heads',
    examples: ['peers list', 'peers list --all --json', 'peers list --data-dir ./data'],
  })
    .option('--all', 'also nodes that are known and not connected')
    .action(async (options: ListOptions) => {
      const known = parsePeerReports(await ask(context, options, 'admin_peers'))
      const shown = options.all ? known : known.filter(({ isConnected }) => isConnected)
      printResult(context, options, { peers: shown }, () => formatPeers(shown, Date.now()))
    })
}

function addAddCommand(parent: Command, context: CliContext): void {
  nodeCommand(parent, 'add', {
    description: 'keep the node connected to the node at an address, over restarts too',
    examples: [`peers add /ip4/192.0.2.1/tcp/30404/p2p/${PEER}`, 'peers add /dns4/node.example/tcp/30404'],
  })
    .argument('<multiaddress>', 'where the other node is, with its peer id if it is known')
    .action(async (address: string, options: NodeOptions) => {
      requireAddress(address)
      await ask(context, options, 'admin_addPeer', [address])
      printResult(context, options, { added: address }, () => `Added ${address}. See: poai peers list\n`)
    })
}

function addRemoveCommand(parent: Command, context: CliContext): void {
  nodeCommand(parent, 'remove', {
    description: 'close the connection to a peer, and forget it',
    examples: [`peers remove ${PEER}`],
  })
    .argument('<peer-id>', 'as poai peers list shows it')
    .action(async (peerId: string, options: NodeOptions) => {
      const removed = (await ask(context, options, 'admin_removePeer', [peerId])) === true
      printResult(context, options, { removed }, () => (removed ? 'Removed.\n' : 'No such peer is known.\n'))
    })
}

/** Found out here, it needs no node. */
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
    description: 'close the connection to a peer or an address, and keep it away for a while',
    examples: [`peers ban ${PEER}`, 'peers ban 192.0.2.1 --minutes 1440'],
  })
    .argument('<peer-id-or-ip>', 'who: a peer id, or an IP address (an IPv6 address stands for its /64)')
    .option('--minutes <number>', 'for how long (default: 60)', wholeNumber(1, MAX_BAN_MINUTES))
    .action(async (target: string, options: BanOptions) => {
      const forMs = options.minutes === undefined ? [] : [options.minutes * 60_000]
      const ban = parseBanReport(await ask(context, options, 'admin_ban', [target, ...forMs]))
      printResult(context, options, ban, () => formatBans([ban], Date.now()))
    })
}

function addUnbanCommand(parent: Command, context: CliContext): void {
  nodeCommand(parent, 'unban', {
    description: 'lift a ban, and forget what it was for',
    examples: [`peers unban ${PEER}`, 'peers unban 192.0.2.1'],
  })
    .argument('<peer-id-or-ip>', 'as poai peers bans shows it')
    .action(async (target: string, options: NodeOptions) => {
      const lifted = (await ask(context, options, 'admin_unban', [target])) === true
      printResult(context, options, { lifted }, () => (lifted ? 'The ban is lifted.\n' : 'There is no such ban.\n'))
    })
}

function addBansCommand(parent: Command, context: CliContext): void {
  nodeCommand(parent, 'bans', {
    description: 'show who is banned, for how long and why',
    examples: ['peers bans'],
  }).action(async (options: NodeOptions) => {
    const bans = parseBanReports(await ask(context, options, 'admin_bans'))
    printResult(context, options, { bans }, () => formatBans(bans, Date.now()))
  })
}

function ask(
  context: CliContext,
  options: NodeOptions,
  method: string,
  params: readonly JsonValue[] = [],
): Promise<JsonValue> {
  const { signal } = context
  return withNode(options, context.environment, (client) => client.call(method, params, { signal }))
}
