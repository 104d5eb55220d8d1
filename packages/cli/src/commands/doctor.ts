import { availableParallelism } from 'node:os'
import type { NetworkParams } from '@poai/core'
import {
  checkCLibrary,
  checkClock,
  checkCpuFeatures,
  checkDiskSpace,
  checkMemory,
  checkModelFile,
  checkPort,
  type DoctorCheck,
} from '@poai/inference'
import { type EngineSetup, type Installation, setUpEngine } from '@poai/node'
import { DEFAULT_P2P_PORT } from '@poai/p2p'
import type { Command } from 'commander'
import type { CliContext } from '../cli-context.ts'
import { type EngineReport, examineEngines } from '../engine/examine-engines.ts'
import { loadNetwork } from '../load-network.ts'
import { wholeNumber } from '../parse-options.ts'
import { CheckFailed } from '../report-error.ts'
import { type CommonOptions, installationOf, leafCommand, printResult } from './leaf-command.ts'

/** Where nodes usually serve JSON-RPC, and where they listen for peers. */
const DEFAULT_PORTS = [8545, DEFAULT_P2P_PORT]

/** Space for models, a few months of the chain, and its indexes. */
const NEEDED_DISK_BYTES = 2_000_000_000

interface DoctorOptions extends CommonOptions {
  readonly network: string
  readonly port?: readonly number[]
}

/** Adds `poai doctor`. */
export function addDoctorCommand(program: Command, context: CliContext): void {
  const port = wholeNumber(1, 65_535)
  leafCommand(program, 'doctor', {
    summary: 'check everything that can be wrong on this machine, and say how to fix it',
    examples: ['doctor', 'doctor --network testnet --port 8545 --port 30404', 'doctor --json'],
  })
    .option('--network <name-or-file>', 'a built-in network, or a .json file of parameters', 'devnet')
    .option(
      '--port <number>',
      `a port that must be free; can be repeated (default: ${DEFAULT_PORTS.join(' and ')})`,
      (text, ports: readonly number[] = []) => [...ports, port(text)],
    )
    .action((options: DoctorOptions) => examine(context, options))
}

async function examine(context: CliContext, options: DoctorOptions): Promise<void> {
  const installation = installationOf(options, context)
  const network = await loadNetwork(options.network)
  const { port: ports = DEFAULT_PORTS } = options
  const { checks: workChecks, engines } = await examineWork(context, installation, network)
  const checks: DoctorCheck[] = [
    checkClock({ nowMs: Date.now(), newestBlockMs: Number(network.genesis.timestamp) * 1000 }),
    await checkDiskSpace(installation.home, NEEDED_DISK_BYTES),
    ...(await Promise.all(ports.map((number) => checkPort(number, '127.0.0.1')))),
    ...workChecks,
  ]
  const healthy = checks.every(({ ok }) => ok)
  printResult(context, options, { healthy, checks, engines }, () => checks.map(formatCheck).join(''))
  if (!healthy) throw new CheckFailed('some checks failed')
}

/** Checks what depends on the model and its vectors. If those cannot be found, that is the finding. */
async function examineWork(
  { signal }: CliContext,
  installation: Installation,
  params: NetworkParams,
): Promise<EngineReport> {
  const work = await setUpEngine(installation, params).catch((error: unknown) => error)
  if (!isSetup(work)) return { checks: [missingWork(work)], engines: [] }
  const { model, domain } = work
  const workers = Math.max(1, availableParallelism() - 1)
  const { checks, engines } = await examineEngines({ installation, params, work, signal })
  return {
    checks: [
      // The packaged llama.cpp is linked against it; the project's own engine needs none.
      ...(domain.build.kind === 'portable' ? [] : [checkCLibrary()]),
      await checkCpuFeatures(domain),
      checkMemory({ workers, modelSizeBytes: model.sizeBytes }),
      await checkModelFile(model.path, model.sha256),
      ...checks,
    ],
    engines,
  }
}

function isSetup(value: unknown): value is EngineSetup {
  return typeof value === 'object' && value !== null && 'vectors' in value
}

function missingWork(error: unknown): DoctorCheck {
  const message = error instanceof Error ? error.message : String(error)
  const hint =
    error instanceof Error && 'hint' in error && typeof error.hint === 'string' ? error.hint : 'see the message'
  return { name: 'model', ok: false, found: message, expected: 'the network’s model and its vectors', hint }
}

function formatCheck({ name, ok, found, expected, hint }: DoctorCheck): string {
  const head = `${ok ? 'ok   ' : 'FAULT'}  ${name.padEnd(14)}${found}\n`
  return ok ? head : `${head}       ${''.padEnd(14)}expected: ${expected}\n       ${''.padEnd(14)}fix it:   ${hint}\n`
}
