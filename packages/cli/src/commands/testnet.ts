import { join } from 'node:path'
import { AppError, type NetworkParams } from '@poai/core'
import { findDomain, isDomainOfPlatform, readModelManifest, resolveModel } from '@poai/inference'
import type { Installation } from '@poai/node'
import type { PlannedNode } from '@poai/testnet'
import {
  createTestnetReporter,
  deriveNetwork,
  formatSummary,
  openTestnetDirectory,
  readTestnetDefinition,
  runTestnet,
  type TestnetDefinition,
  type TestnetDirectory,
  type TestnetRunOptions,
  thisProgram,
} from '@poai/testnet'
import { formatTable } from '@poai/testnet/terminal'
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
  readonly oneEngine?: true
}

/** Nodes that one machine runs at most: each is a process with an engine. */
const MAX_NODES = 64
const MAX_BLOCKS = 100_000_000
const MAX_TRAFFIC = 10_000
const DAY_SECONDS = 86_400

/** Adds `poai testnet`. */
export function addTestnetCommand(program: Command, context: CliContext): void {
  const port = wholeNumber(1, 65_000)
  leafCommand(program, 'testnet', {
    description:
      'run a network of several nodes on this machine, and watch it; Ctrl-C stops it, a second start goes on',
    examples: [
      'testnet',
      'testnet --nodes 6 --miners 3',
      'testnet --blocks 20 --json',
      'testnet --spacing 2 --traffic 20 --chaos --duration 300',
    ],
  })
    .option('--nodes <count>', 'nodes, each a process of its own (default: 4)', wholeNumber(1, MAX_NODES))
    .option('--miners <count>', 'nodes that mine (default: 2)', wholeNumber(1, MAX_NODES))
    .option('--blocks <count>', 'stop when all nodes have so many more blocks', wholeNumber(1, MAX_BLOCKS))
    .option('--duration <seconds>', 'stop after so many seconds', wholeNumber(1, 365 * DAY_SECONDS))
    .option('--spacing <seconds>', 'another time between blocks than the network’s', wholeNumber(1, DAY_SECONDS))
    .option('--traffic <per-second>', 'send so many transactions a second', wholeNumber(1, MAX_TRAFFIC))
    .option('--chaos', 'kill, restart and cut off nodes meanwhile')
    .option('--seed <text>', 'decides what chaos does (default: 1)')
    .option('--one-engine', 'let all nodes choose their engine alike, instead of judging by several')
    .option('--network <name-or-file>', 'built-in network, or a JSON file of parameters (default: devnet)')
    .option('--data-dir <directory>', 'where the nodes keep their data (default: a folder in the home)')
    .option('--base-port <port>', 'of the first node for peers; taken ones are passed over (default: 30303)', port)
    .option('--rpc-port <port>', 'of JSON-RPC; the next free one if it is taken (default: 8545)', port)
    .action((options: TestnetOptions) => testnet(context, options))
}

async function testnet(context: CliContext, options: TestnetOptions): Promise<void> {
  const definition = await readTestnetDefinition()
  const run = runOptionsOf(options, definition)
  const installation = installationOf(options, context)
  const changes = options.spacing === undefined ? {} : { spacingSeconds: options.spacing }
  const params = deriveNetwork(await loadNetwork(options.network ?? definition.network), changes)
  // What every node would stumble over is said once, before any of them starts.
  await requireWork(installation, params)
  const { home } = installation
  const directory = await openTestnetDirectory({ named: options.dataDir, home }, params)
  const { terminal, signal } = context
  const say = options.json ? terminal.err : terminal.out
  try {
    const { summary, wasInterrupted } = await runTestnet(run, {
      ...{ params, definition, directory, installation, signal },
      program: thisProgram(join(installation.cache, 'node')),
      reporter: createTestnetReporter(terminal),
      onPlan: (plan) => say(introduction({ plan, directory, definition, network: params.name, width: terminal.width })),
    })
    printResult(context, options, summary, () => `\n${formatSummary(summary)}`)
    // Without a goal, Ctrl-C is how it ends.
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

/** That the model is here, and that this platform can compute the domain. */
async function requireWork(installation: Installation, { name, work }: NetworkParams): Promise<void> {
  const manifest = await readModelManifest(join(installation.models, 'manifest.json'))
  await resolveModel({ directory: installation.modelStore, manifest }, work.model)
  const domain = findDomain(work.domain)
  if (domain !== undefined && isDomainOfPlatform(domain)) return
  const platform = `${process.platform}-${process.arch}`
  throw new AppError(
    'CLI_TESTNET_PLATFORM',
    `the bits of ${name} are those of ${work.domain}, which ${platform} does not compute`,
    {
      hint: 'take a network of domain portable-1, which every machine computes: devnet is one',
    },
  )
}

function runOptionsOf(options: TestnetOptions, definition: TestnetDefinition): TestnetRunOptions {
  const nodes = options.nodes ?? definition.nodes
  const miners = options.miners ?? Math.min(definition.miners, Math.max(1, nodes - 1))
  if (miners > nodes) {
    throw new UsageError(`${miners} of ${nodes} nodes cannot mine`, 'give --miners up to the number of --nodes')
  }
  if (options.seed !== undefined && options.chaos === undefined) {
    throw new UsageError('--seed decides nothing without --chaos', 'add --chaos, or leave --seed out')
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
  }
}

interface Introduction {
  readonly plan: readonly PlannedNode[]
  readonly directory: TestnetDirectory
  readonly definition: TestnetDefinition
  readonly network: string
  readonly width: number
}

/** Columns of an account with its key on one line. */
const ACCOUNT_WIDTH = 115

/** What a person needs to use the network. */
function introduction({ plan, directory, definition, network, width }: Introduction): string {
  const server = plan.at(-1)
  const url = `http://127.0.0.1:${server?.httpPort}`
  const miners = plan.filter(({ mining }) => mining !== undefined).length
  return `${formatTable([
    [
      'network',
      `${network}, ${plan.length} nodes, ${miners} of them mining${directory.isNew ? '' : '; goes on where it stopped'}`,
    ],
    ['JSON-RPC', url],
    ['data', directory.path],
    ['logs', `${directory.path}/logs`],
  ])}\nAccounts with coins, for development only: everybody knows these keys.\n${formatAccounts(definition, width)}\n`
}

/** On two lines each where one would wrap. */
function formatAccounts({ accounts }: TestnetDefinition, width: number): string {
  const gap = width < ACCOUNT_WIDTH ? '\n      ' : '  '
  return accounts.map(({ address, key }, index) => `  ${String(index).padEnd(2)}  ${address}${gap}${key}\n`).join('')
}
