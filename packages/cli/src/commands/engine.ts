import { defined } from '@poai/core'
import { buildVariant, KNOWN_DOMAINS, requireMachineDomain, withEngine, wordsOfEngine } from '@poai/inference'
import { createDomainEngine, setUpEngine } from '@poai/node'
import { formatSeconds, formatTable } from '@poai/testnet/terminal'
import type { Command } from 'commander'
import type { CliContext } from '../cli-context.ts'
import { loadNetwork } from '../load-network.ts'
import { addEngineBenchCommand } from './engine/bench.ts'
import { addEngineBuildCommand } from './engine/build.ts'
import { addEngineInstallLlamaCommand } from './engine/install-llama.ts'
import { type EngineOption, engineOption } from './engine-option.ts'
import { type CommonOptions, commandGroup, installationOf, leafCommand, printResult } from './leaf-command.ts'
import { workersOption } from './workers-option.ts'

/** Adds `poai engine …`. */
export function addEngineCommands(program: Command, context: CliContext): void {
  const engine = commandGroup(program, 'engine', 'build, check and compare inference engines')

  leafCommand(engine, 'check', {
    summary: 'check that this machine computes the network’s bits, by replaying its recorded vectors',
    examples: ['engine check', 'engine check --network testnet --workers 2', 'engine check --engine wasm --json'],
  })
    .option('--network <name-or-file>', 'a built-in network, or a .json file of parameters', 'devnet')
    .addOption(workersOption())
    .addOption(engineOption(context))
    .action((options: CheckOptions) => check(context, options))

  leafCommand(engine, 'domains', {
    summary: 'list the determinism domains that this release knows',
    examples: ['engine domains'],
  }).action((options: CommonOptions) => listDomains(context, options))

  addEngineBuildCommand(engine, context)
  addEngineInstallLlamaCommand(engine, context)
  addEngineBenchCommand(engine, context)
}

interface CheckOptions extends CommonOptions, EngineOption {
  readonly network: string
  readonly workers?: number
}

async function check(context: CliContext, options: CheckOptions): Promise<void> {
  const installation = installationOf(options, context)
  const network = await loadNetwork(options.network)
  const { model, domain, vectors, fingerprints } = await setUpEngine(installation, network)
  const { contextSize, maxSequences } = vectors
  const engine = createDomainEngine(
    installation,
    { modelPath: model.path, domain, contextSize, maxSequences },
    { program: options.engine, ...defined({ workers: options.workers }) },
  )
  const started = performance.now()
  await withEngine(engine, context.signal, () => requireMachineDomain(wordsOfEngine(engine), vectors, fingerprints))
  const seconds = (performance.now() - started) / 1000
  const leaves = vectors.exams.reduce((sum, { request }) => sum + request.positions.length, 0)
  const result = {
    equal: true,
    network: network.name,
    model: model.name,
    domain: domain.name,
    exams: vectors.exams.length,
    leaves,
    seconds,
  }
  printResult(context, options, result, () =>
    formatTable([
      ['network', network.name],
      ['model', `${model.name}, SHA-256 ${model.sha256}`],
      ['domain', `${domain.name}: ${domain.description}`],
      ['vectors', `${vectors.exams.length} exams, ${leaves} leaves`],
      ['result', `all bits equal (${formatSeconds(seconds)} with start-up)`],
    ]),
  )
}

function listDomains(context: CliContext, options: CommonOptions): void {
  printResult(context, options, { domains: KNOWN_DOMAINS }, () =>
    formatTable([
      ['DOMAIN', 'BUILD', 'RUNS ON'],
      ...KNOWN_DOMAINS.map(({ name, build, description }) => [
        name,
        build.kind === 'portable' ? 'its own' : `${build.package} ${build.version} ${buildVariant(build)}`,
        description,
      ]),
    ]),
  )
}
