import { join } from 'node:path'
import { createExamBuilder, examToRequest, networkExamOptions } from '@poai/consensus'
import { keccak256, type NetworkParams, utf8ToBytes } from '@poai/core'
import {
  checkCpuFeatures,
  type DeterminismDomain,
  type EvaluationRequest,
  findNativeProgram,
  findPortableLibrary,
  type InferenceEngine,
  KNOWN_DOMAINS,
  type PortableLibrary,
  type PortableProgram,
} from '@poai/inference'
import { createDomainEngine, type Installation, setUpWork } from '@poai/node'
import type { Command } from 'commander'
import type { CliContext } from '../cli-context.ts'
import { loadNetwork } from '../load-network.ts'
import { wholeNumber } from '../parse-options.ts'
import { createCountBar } from '../progress-bar.ts'
import { formatTable } from '../table.ts'
import { type CommonOptions, installationOf, leafCommand, printResult } from './leaf-command.ts'

interface EngineBenchOptions extends CommonOptions {
  readonly network: string
  readonly seconds: number
}

const MAX_SECONDS = 600
const DEFAULT_SECONDS = 3
/** Domains take turns, so that a disturbance of the machine meets all of them. */
const ROUNDS = 6
/** Exams given to an engine at a time. */
const GROUP = 4

/** Adds `poai engine bench`. */
export function addEngineBenchCommand(engine: Command, context: CliContext): void {
  leafCommand(engine, 'bench', {
    description: 'compare the speed of all domains that this machine can compute, one worker each, in turns',
    examples: ['engine bench', 'engine bench --seconds 20 --json'],
  })
    .option('--network <name-or-file>', 'whose model and exams', 'devnet')
    .option('--seconds <count>', 'how long to measure each domain', wholeNumber(1, MAX_SECONDS), DEFAULT_SECONDS)
    .action((options: EngineBenchOptions) => bench(context, options))
}

/** A domain, and what computes it here. */
interface Entry {
  readonly domain: DeterminismDomain
  readonly program: PortableProgram
}

interface Contestant extends Entry {
  readonly engine: InferenceEngine
  exams: number
  seconds: number
}

async function bench(context: CliContext, options: EngineBenchOptions): Promise<void> {
  const installation = installationOf(options, context)
  const params = await loadNetwork(options.network)
  const { model, vectors } = await setUpWork(installation, params)
  const { reachable, missing } = await findReachable(installation)
  const contestants = reachable.map(({ domain, program }): Contestant => {
    const work = { modelPath: model.path, domain, contextSize: vectors.contextSize }
    const engine = createDomainEngine(installation, work, { workers: 1, program })
    return { domain, program, engine, exams: 0, seconds: 0 }
  })
  const bar = createCountBar(context.terminal)
  try {
    const requests = examRequests(params)
    for (const { engine } of contestants) {
      await engine.start()
      await engine.evaluate(requests.slice(0, GROUP), { signal: context.signal })
    }
    for (let turn = 0; turn < ROUNDS * contestants.length; turn++) {
      const contestant = contestants[turn % contestants.length]
      if (contestant === undefined) continue
      if (!options.json) bar.update({ label: labelOf(contestant), done: turn, total: ROUNDS * contestants.length })
      await measure(contestant, requests, { forMs: (options.seconds * 1000) / ROUNDS, signal: context.signal })
    }
  } finally {
    if (!options.json) bar.finish()
    await Promise.all(contestants.map(({ engine }) => engine.stop()))
  }
  report(context, options, { params, contestants, missing, modelName: model.name })
}

async function measure(
  contestant: Contestant,
  requests: readonly EvaluationRequest[],
  { forMs, signal }: { readonly forMs: number; readonly signal: AbortSignal },
): Promise<void> {
  const startMs = performance.now()
  for (let at = 0; performance.now() - startMs < forMs; at = (at + GROUP) % requests.length) {
    const group = requests.slice(at, at + GROUP)
    await contestant.engine.evaluate(group, { signal })
    contestant.exams += group.length
  }
  contestant.seconds += (performance.now() - startMs) / 1000
}

/** Exams of the network's shape, the same in every run. */
function examRequests(params: NetworkParams): readonly EvaluationRequest[] {
  const build = createExamBuilder(networkExamOptions(params))
  return Array.from({ length: 16 * GROUP }, (_, index) =>
    examToRequest(build(keccak256(utf8ToBytes(`engine bench ${index}`)))),
  )
}

function labelOf({ domain, program }: Entry): string {
  return program === 'auto' ? domain.name : `${domain.name}, ${PROGRAM_LABELS[program]}`
}

const PROGRAM_LABELS: Readonly<Record<Exclude<PortableProgram, 'auto'>, string>> = {
  native: 'native',
  wasm: 'WebAssembly',
  llama: 'llama.cpp',
}

interface Reachable {
  readonly reachable: readonly Entry[]
  /** What could be reached, and how. */
  readonly missing: readonly string[]
}

async function findReachable(installation: Installation): Promise<Reachable> {
  const reachable: Entry[] = []
  const cacheDirectory = join(installation.cache, 'engine')
  const missing: string[] = []
  for (const domain of KNOWN_DOMAINS) {
    if (domain.build.kind === 'portable') {
      if (await findNativeProgram(cacheDirectory)) reachable.push({ domain, program: 'native' })
      else missing.push(`the native program of ${domain.name} is not built: poai engine build`)
      reachable.push({ domain, program: 'wasm' })
      if (await findLlama(cacheDirectory)) reachable.push({ domain, program: 'llama' })
      else missing.push(`llama.cpp is not built for ${domain.name}: poai engine build --llama`)
      continue
    }
    if (!domain.platforms.includes(`${process.platform}-${process.arch}`)) continue
    if (!(await checkCpuFeatures(domain)).ok) continue
    reachable.push({ domain, program: 'auto' })
  }
  return { reachable, missing }
}

/** On other platforms there is none to build. */
async function findLlama(cacheDirectory: string): Promise<PortableLibrary | undefined> {
  return await findPortableLibrary(cacheDirectory).catch(() => undefined)
}

interface Finding extends Pick<Reachable, 'missing'> {
  readonly params: NetworkParams
  readonly contestants: readonly Contestant[]
  readonly modelName: string
}

function report(context: CliContext, options: EngineBenchOptions, finding: Finding): void {
  const { params, contestants, missing, modelName } = finding
  const rateOf = ({ exams, seconds }: Contestant): number => exams / seconds
  const [reference] = contestants
  const referenceLabel = reference === undefined ? '' : labelOf(reference)
  const rows = contestants.map((contestant) => ({
    domain: contestant.domain.name,
    program: contestant.engine.status.program,
    label: labelOf(contestant),
    examsPerSecond: rateOf(contestant),
    tokensPerSecond: rateOf(contestant) * (params.work.exam.tokens - 1),
    ratio: reference === undefined ? undefined : rateOf(contestant) / rateOf(reference),
  }))
  printResult(
    context,
    options,
    { network: params.name, model: modelName, reference: referenceLabel, rows, missing },
    () =>
      [
        formatTable([
          ['DOMAIN', 'EXAMS/S', 'TOKENS/S', `OF ${referenceLabel}`],
          ...rows.map(({ label, examsPerSecond, tokensPerSecond, ratio }) => [
            label,
            examsPerSecond.toFixed(1),
            Math.round(tokensPerSecond).toLocaleString('en'),
            ratio?.toFixed(2) ?? '-',
          ]),
        ]),
        `one worker, model ${modelName}, exams of ${params.work.exam.tokens} tokens\n`,
        ...missing.map((line) => `${line}\n`),
      ].join(''),
  )
}
