import { join } from 'node:path'
import { defined } from '@poai/core'
import {
  createTestnetReporter,
  deriveNetwork,
  formatIntroduction,
  formatSummary,
  openTestnetDirectory,
  readTestnetDefinition,
  requireModel,
  runTestnet,
  type TestnetDefinition,
  type TestnetRunOptions,
  thisProgram,
} from '@poai/testnet'
import type { Command } from 'commander'
import type { CliContext } from '../cli-context.ts'
import { loadNetwork } from '../load-network.ts'
import { wholeNumber } from '../parse-options.ts'
import { CheckFailed, UsageError } from '../report-error.ts'
import { type CommonOptions, installationOf, leafCommand, printResult } from './leaf-command.ts'

interface TestnetOptions extends CommonOptions {
  readonly network?: string
  readonly nodes?: number
  readonly miners?: number
  readonly blocks?: number
  readonly duration?: number
  readonly spacing?: number
  readonly traffic?: number
  readonly chaos?: true
  readonly seed?: string
  readonly dataDir?: string
  readonly basePort?: number
  readonly rpcPort?: number
  readonly httpCors?: string
  readonly oneEngine?: true
}

/** More nodes than a machine can run: each is a process with an engine. */
const MAX_NODES = 64
const MAX_BLOCKS = 100_000_000
const MAX_TRAFFIC = 10_000
const DAY_SECONDS = 86_400

/** Adds `poai testnet`. */
export function addTestnetCommand(program: Command, context: CliContext): void {
  const port = wholeNumber(1, 65_000)
  leafCommand(program, 'testnet', {
    summary: 'run a network of several nodes on this machine, and watch it',
    details: 'Ctrl-C stops it; the next start continues its chain.',
    examples: [
      'testnet',
      'testnet --nodes 6 --miners 3',
      'testnet --blocks 20 --json',
      'testnet --spacing 2 --traffic 20 --chaos --duration 300',
    ],
  })
    .option('--nodes <count>', 'how many nodes; each is a process of its own (default: 4)', wholeNumber(1, MAX_NODES))
    .option('--miners <count>', 'how many of them mine (default: 2)', wholeNumber(1, MAX_NODES))
    .option('--blocks <count>', 'stop when all nodes have this many new blocks', wholeNumber(1, MAX_BLOCKS))
    .option('--duration <seconds>', 'stop after this time', wholeNumber(1, 365 * DAY_SECONDS))
    .option(
      '--spacing <seconds>',
      'target time between blocks (default: the network’s own)',
      wholeNumber(1, DAY_SECONDS),
    )
    .option('--traffic <per-second>', 'send this many transactions a second', wholeNumber(1, MAX_TRAFFIC))
    .option('--chaos', 'kill nodes, restart them, and cut the network in two')
    .option('--seed <text>', 'what --chaos does: the same seed, the same disturbances (default: 1)')
    .option('--one-engine', 'let every node choose its engine itself (default: validators run different ones)')
    .option('--network <name-or-file>', 'a built-in network, or a .json file of parameters (default: devnet)')
    .option('--data-dir <directory>', 'where the nodes keep their data (default: a folder in the home)')
    .option('--base-port <port>', 'first port for peers; ports in use are skipped (default: 30303)', port)
    .option('--rpc-port <port>', 'port of JSON-RPC; the next free one if it is in use (default: 8545)', port)
    .option(
      '--http-cors <origins>',
      'origins of web pages that may call JSON-RPC, with commas between; * for all (default: none)',
    )
    .action((options: TestnetOptions) => testnet(context, options))
}

async function testnet(context: CliContext, options: TestnetOptions): Promise<void> {
  const definition = await readTestnetDefinition()
  const run = runOptionsOf(options, definition)
  const installation = installationOf(options, context)
  const changes = defined({ spacingSeconds: options.spacing })
  const params = deriveNetwork(await loadNetwork(options.network ?? definition.network), changes)
  // What would stop every node is said once, before any of them starts.
  await requireModel(installation, params)
  const { home } = installation
  const directory = await openTestnetDirectory({ named: options.dataDir, home }, params)
  const { terminal, signal } = context
  const say = options.json ? terminal.err : terminal.out
  try {
    const { summary, wasInterrupted } = await runTestnet(run, {
      ...{ params, definition, directory, installation, signal },
      program: thisProgram(join(installation.cache, 'node')),
      reporter: createTestnetReporter(terminal),
      onPlan: (plan) =>
        say(formatIntroduction({ plan, directory, definition, network: params.name, width: terminal.width })),
    })
    printResult(context, options, summary, () => `\n${formatSummary(summary)}`)
    // Without a goal, Ctrl-C is the way to end it.
    const hasGoal = options.blocks !== undefined || options.duration !== undefined
    if (wasInterrupted && hasGoal) signal.throwIfAborted()
    if (!summary.converged && !wasInterrupted) throw new CheckFailed(summary.reason ?? 'the nodes did not converge')
  } catch (error) {
    // Before the first block there is nothing to sum up.
    signal.throwIfAborted()
    throw error
  } finally {
    directory.release()
  }
}

function runOptionsOf(options: TestnetOptions, definition: TestnetDefinition): TestnetRunOptions {
  const nodes = options.nodes ?? definition.nodes
  const miners = options.miners ?? Math.min(definition.miners, Math.max(1, nodes - 1))
  if (miners > nodes) {
    throw new UsageError(
      `${miners} miners are more than ${nodes} nodes`,
      'give --miners a number up to that of --nodes',
    )
  }
  if (options.seed !== undefined && options.chaos === undefined) {
    throw new UsageError('--seed has no effect without --chaos', 'add --chaos, or leave --seed out')
  }
  return {
    nodes,
    miners,
    blocks: options.blocks,
    durationSeconds: options.duration,
    basePort: options.basePort ?? definition.basePort,
    rpcPort: options.rpcPort ?? definition.rpcPort,
    trafficPerSecond: options.traffic,
    chaosSeed: options.chaos ? (options.seed ?? '1') : undefined,
    hasOneEngine: options.oneEngine ?? false,
    corsOrigins: options.httpCors,
  }
}
