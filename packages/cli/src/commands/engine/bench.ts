import { createExamBuilder, examToRequest, networkExamOptions } from '@poai/consensus'
import { defined, keccak256, type NetworkParams, utf8ToBytes } from '@poai/core'
import type { EvaluationRequest, InferenceEngine } from '@poai/inference'
import { createDomainEngine, setUpEngine } from '@poai/node'
import { formatTable } from '@poai/testnet/terminal'
import type { Command } from 'commander'
import type { CliContext } from '../../cli-context.ts'
import { type Contestant, findContestants, labelOf } from '../../engine/find-contestants.ts'
import { measureEngine } from '../../engine/measure-engine.ts'
import { loadNetwork } from '../../load-network.ts'
import { wholeNumber } from '../../parse-options.ts'
import { createCountBar } from '../../progress-bar.ts'
import { type CommonOptions, installationOf, leafCommand, printResult } from '../leaf-command.ts'

interface EngineBenchOptions extends CommonOptions {
  readonly network: string
  readonly seconds: number
}

const MAX_SECONDS = 600
const DEFAULT_SECONDS = 3
/** Engines take turns, so that a busy machine slows all of them alike. */
const ROUNDS = 6
/** How many different exams an engine is given. */
const EXAMS = 64
const WARM_UP_MS = 100
/** The build that every processor of the last ten years can run: others are compared with it. */
const REFERENCE_DOMAIN = 'x64-avx2'

/** Adds `poai engine bench`. */
export function addEngineBenchCommand(engine: Command, context: CliContext): void {
  leafCommand(engine, 'bench', {
    summary: 'compare the speed of all engines on this machine, one worker each, in turn',
    examples: ['engine bench', 'engine bench --seconds 20 --json'],
  })
    .option('--network <name-or-file>', 'the network whose model and exams to use', 'devnet')
    .option('--seconds <count>', 'how long to measure each engine', wholeNumber(1, MAX_SECONDS), DEFAULT_SECONDS)
    .action((options: EngineBenchOptions) => bench(context, options))
}

interface Entry {
  readonly contestant: Contestant
  readonly engine: InferenceEngine
  exams: number
  seconds: number
}

async function bench(context: CliContext, options: EngineBenchOptions): Promise<void> {
  const installation = installationOf(options, context)
  const params = await loadNetwork(options.network)
  const { model, vectors } = await setUpEngine(installation, params)
  const { contestants, missing } = await findContestants(installation)
  const entries = contestants.map((contestant): Entry => {
    const { domain, program, variant } = contestant
    const work = { modelPath: model.path, domain, contextSize: vectors.contextSize }
    const choice = { workers: 1, program, ...defined({ variant }) }
    return { contestant, engine: createDomainEngine(installation, work, choice), exams: 0, seconds: 0 }
  })
  const bar = createCountBar(context.terminal)
  const turns = ROUNDS * entries.length
  const { signal } = context
  try {
    const work = { exam: params.work.exam, requests: examRequests(params), signal }
    for (const { engine } of entries) {
      await engine.start()
      await measureEngine(engine, { ...work, forMs: WARM_UP_MS })
    }
    for (let turn = 0; turn < turns; turn++) {
      const entry = entries[turn % entries.length]
      if (entry === undefined) continue
      if (!options.json) bar.update({ label: labelOf(entry.contestant), done: turn, total: turns })
      const forMs = (options.seconds * 1000) / ROUNDS
      const { exams, seconds } = await measureEngine(entry.engine, { ...work, forMs })
      entry.exams += exams
      entry.seconds += seconds
    }
  } finally {
    if (!options.json) bar.finish()
    await Promise.all(entries.map(({ engine }) => engine.stop()))
  }
  report(context, options, { params, entries, missing, modelName: model.name })
}

/** Exams of the network's shape, the same in every run. */
function examRequests(params: NetworkParams): readonly EvaluationRequest[] {
  const build = createExamBuilder(networkExamOptions(params))
  return Array.from({ length: EXAMS }, (_, index) =>
    examToRequest(build(keccak256(utf8ToBytes(`engine bench ${index}`)))),
  )
}

interface Finding {
  readonly params: NetworkParams
  readonly entries: readonly Entry[]
  readonly missing: readonly string[]
  readonly modelName: string
}

function report(context: CliContext, options: EngineBenchOptions, finding: Finding): void {
  const { params, entries, missing, modelName } = finding
  const rateOf = ({ exams, seconds }: Entry): number => exams / seconds
  // Where it does not run, the engine that runs everywhere is the measure.
  const reference =
    entries.find(({ contestant }) => contestant.domain.name === REFERENCE_DOMAIN) ??
    entries.find(({ contestant }) => contestant.program === 'wasm')
  const referenceLabel = reference === undefined ? '' : labelOf(reference.contestant)
  const rows = entries.map((entry) => ({
    engine: labelOf(entry.contestant),
    domain: entry.contestant.domain.name,
    program: entry.engine.status.program,
    variant: entry.contestant.variant ?? null,
    examsPerSecond: rateOf(entry),
    tokensPerSecond: rateOf(entry) * (params.work.exam.tokens - 1),
    ratio: reference === undefined ? null : rateOf(entry) / rateOf(reference),
  }))
  const result = { network: params.name, model: modelName, reference: referenceLabel, rows, missing }
  printResult(context, options, result, () =>
    [
      formatTable([
        ['ENGINE', 'EXAMS/S', 'TOKENS/S', `OF ${referenceLabel}`],
        ...rows.map(({ engine, examsPerSecond, tokensPerSecond, ratio }) => [
          engine,
          examsPerSecond.toFixed(1),
          Math.round(tokensPerSecond).toLocaleString('en'),
          ratio?.toFixed(2) ?? '-',
        ]),
      ]),
      `one worker, model ${modelName}, exams of ${params.work.exam.tokens} tokens; ` +
        'engines that can search make whole attempts\n',
      ...missing.map((line) => `${line}\n`),
    ].join(''),
  )
}
