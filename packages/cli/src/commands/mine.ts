import { hostname } from 'node:os'
import type { RpcClient } from '@poai/api/connect'
import { type Address, defined } from '@poai/core'
import { DEFAULT_POOL_OPTIONS, withEngine } from '@poai/inference'
import { createSearcher } from '@poai/miner'
import { systemClock } from '@poai/node'
import { formatTable } from '@poai/testnet/terminal'
import type { Command } from 'commander'
import type { CliContext } from '../cli-context.ts'
import { setUpNetworkEngine } from '../engine/set-up-network-engine.ts'
import { miningToJson } from '../mine/format-mining.ts'
import { type MineResult, mineForNode } from '../mine/mine-for-node.ts'
import { parseAddress } from '../mine/parse-address.ts'
import { createRpcFarmClient, fetchNetworkParams } from '../mine/rpc-farm-client.ts'
import { wholeNumber } from '../parse-options.ts'
import { CheckFailed, UsageError } from '../report-error.ts'
import { withNode } from '../rpc-client/open-rpc-client.ts'
import { type EngineOption, engineOption } from './engine-option.ts'
import { installationOf } from './leaf-command.ts'
import { type NodeOptions, nodeCommand } from './node-option.ts'
import { workersOption } from './workers-option.ts'

const MAX_BLOCKS = 999_999_999
/** A year. */
const MAX_SECONDS = 31_536_000
const WORKER_NAME = /^[A-Za-z0-9._+/-]{1,64}$/

interface MineCommandOptions extends NodeOptions, EngineOption {
  readonly workers?: number
  readonly beneficiary?: Address
  readonly name?: string
  readonly blocks?: number
  readonly duration?: number
}

/** Adds `poai mine`. */
export function addMineCommand(program: Command, context: CliContext): void {
  nodeCommand(program, 'mine', {
    summary: 'mine on this machine for a node',
    details: 'The node may be on this machine or another one, and may restart meanwhile.',
    examples: [
      'mine --rpc http://192.168.1.10:8545',
      'mine --rpc http://node:8545 --workers 8 --name attic',
      'mine --blocks 3 --json',
    ],
  })
    .addOption(workersOption())
    .addOption(engineOption(context))
    .option('--beneficiary <address>', 'the account that blocks pay (default: the node’s)', parseAddress)
    .option('--name <name>', 'the name of this worker in the node’s reports (default: the name of this machine)')
    .option('--blocks <count>', 'stop after this many accepted blocks', wholeNumber(1, MAX_BLOCKS))
    .option('--duration <seconds>', 'stop after this time', wholeNumber(1, MAX_SECONDS))
    .addHelpText(
      'after',
      'With --json every line is an object whose event is status, answer, log or, at the\nend, summary.\n',
    )
    .action((options: MineCommandOptions) =>
      withNode(options, context.environment, (client) => mine(context, options, client)),
    )
}

async function mine(context: CliContext, options: MineCommandOptions, client: RpcClient): Promise<void> {
  const { signal, terminal } = context
  const worker = workerName(options.name)
  const installation = installationOf(options, context)
  const params = await fetchNetworkParams(client, signal)
  const workers = options.workers ?? DEFAULT_POOL_OPTIONS.workers
  const choice = { workers, program: options.engine, improves: true }
  const { model, engine } = await setUpNetworkEngine(installation, params, choice)
  if (options.json === undefined) {
    terminal.err(`Mining ${params.name} for ${client.address} as ${worker}: model ${model.name}, ${workers} workers\n`)
  }
  const result = await withEngine(engine, signal, () =>
    mineForNode(
      {
        ...{ params, worker, workers, json: options.json === true },
        ...defined({
          beneficiary: options.beneficiary,
          blocks: options.blocks,
          durationSeconds: options.duration,
        }),
      },
      {
        client: createRpcFarmClient(client),
        searcher: createSearcher(engine, { clock: systemClock }),
        clock: systemClock,
        terminal,
      },
      signal,
    ),
  )
  printSummary(context, options, result)
  if (result.failure !== undefined) throw new CheckFailed(result.failure)
}

function workerName(given: string | undefined): string {
  if (given === undefined)
    return (
      hostname()
        .replaceAll(/[^A-Za-z0-9._+/-]/g, '-')
        .slice(0, 64) || 'worker'
    )
  if (WORKER_NAME.test(given)) return given
  throw new UsageError(
    `${given} is not a valid name of a worker`,
    'use 1 to 64 letters, digits, "-", ".", "_", "+" or "/"',
  )
}

function printSummary({ terminal }: CliContext, { json }: MineCommandOptions, { status, failure }: MineResult): void {
  if (json) {
    terminal.out(`${JSON.stringify({ event: 'summary', ...miningToJson(status), failure: failure ?? null })}\n`)
    return
  }
  const { verdicts, attempts, voidAttempts, staleShare, expectedBlocks } = status
  const others = Object.entries(verdicts).filter(([verdict]) => verdict !== 'accepted')
  terminal.out(
    formatTable([
      ['blocks accepted', `${verdicts.accepted ?? 0} (${expectedBlocks.toFixed(1)} expected)`],
      ...others.map(([verdict, count]) => [`solutions: ${verdict}`, String(count)]),
      [
        'attempts',
        `${attempts.toLocaleString('en')}${voidAttempts === 0 ? '' : `, ${voidAttempts} without finite numbers`}`,
      ],
      ['discarded at new heads', `${(100 * staleShare).toFixed(2)} %`],
    ]),
  )
}
