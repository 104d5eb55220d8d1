import { mkdir, writeFile } from 'node:fs/promises'
import { dirname } from 'node:path'
import {
  createByteVocabulary,
  createExamBuilder,
  EXAM_FORMAT_1,
  type ExamFormat,
  QUIZ_FAMILIES_1,
} from '@poai/consensus'
import { concatBytes, keccak256, uintToBytes, utf8ToBytes } from '@poai/core'
import {
  type EvaluationRequest,
  formatVectors,
  hashVectors,
  type InferenceEngine,
  KNOWN_DOMAINS,
  MIN_VECTORS,
  recordVectors,
  requireMachineDomain,
  resolveModel,
  wordsOfEngine,
} from '@poai/inference'
import type { Command } from 'commander'
import type { CliContext } from '../cli-context.ts'
import { formatSeconds } from '../format-quantity.ts'
import { loadNetwork } from '../load-network.ts'
import { openModelStore } from '../open-model-store.ts'
import { wholeNumber } from '../parse-options.ts'
import { formatTable } from '../table.ts'
import { createDomainEngine, requireDomain, setUpWork, vectorsPath } from '../work-setup.ts'
import { type CommonOptions, installationOf, leafCommand, printResult } from './leaf-command.ts'

/** Workers of one engine: more than any machine has cores to spare. */
const MAX_WORKERS = 256

/** Adds `poai engine …`. */
export function addEngineCommands(program: Command, context: CliContext): void {
  const engine = program.command('engine').description('check the inference engine, and which bits it computes')

  leafCommand(engine, 'check', {
    description: 'replay all recorded vectors of a network: does this machine compute the same bits?',
    examples: ['engine check', 'engine check --network testnet --workers 2', 'engine check --json'],
  })
    .option('--network <name-or-file>', 'built-in network, or a JSON file of parameters', 'devnet')
    .option('--workers <count>', 'worker processes', wholeNumber(1, MAX_WORKERS))
    .action((options: CheckOptions) => check(context, options))

  leafCommand(engine, 'domains', {
    description: 'list the determinism domains that this release can pin',
    examples: ['engine domains'],
  }).action((options: CommonOptions) => listDomains(context, options))

  leafCommand(engine, 'record', {
    description: 'record the vectors of a model in a domain, for a new network',
    examples: ['engine record --model quiz-1 --domain x64-avx2', 'engine record --model quiz-1 --out ./vectors.json'],
  })
    .requiredOption('--model <name>', 'a model of the store')
    .option('--domain <name>', 'which build to pin', 'x64-avx2')
    .option('--exams <count>', 'how many exams', wholeNumber(MIN_VECTORS, 4096), 96)
    .option('--out <file>', 'where to write them (default: beside the model of the installation)')
    .action((options: RecordOptions) => record(context, options))
}

interface CheckOptions extends CommonOptions {
  readonly network: string
  readonly workers?: number
}

interface RecordOptions extends CommonOptions {
  readonly model: string
  readonly domain: string
  readonly exams: number
  readonly out?: string
}

async function check(context: CliContext, options: CheckOptions): Promise<void> {
  const installation = installationOf(options, context)
  const network = await loadNetwork(options.network)
  const { model, domain, vectors } = await setUpWork(installation, network)
  const { contextSize, maxSequences } = vectors
  const workers = options.workers === undefined ? {} : { workers: options.workers }
  const engine = createDomainEngine(installation, { modelPath: model.path, domain, contextSize, maxSequences }, workers)
  const started = performance.now()
  await withEngine(engine, context.signal, () => requireMachineDomain(wordsOfEngine(engine), vectors, []))
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
        `${build.package} ${build.version} ${build.variant}`,
        description,
      ]),
    ]),
  )
}

async function record(context: CliContext, options: RecordOptions): Promise<void> {
  const installation = installationOf(options, context)
  const domain = requireDomain(options.domain)
  const model = await resolveModel(await openModelStore(installation), options.model)
  const path = options.out ?? vectorsPath(installation, options.model, options.domain)
  const engine = createDomainEngine(
    installation,
    { modelPath: model.path, domain, contextSize: CONTEXT_SIZE },
    { workers: 1 },
  )
  const identity = { domain: domain.name, modelSha256: model.sha256, contextSize: CONTEXT_SIZE, maxSequences: 1 }
  const recorded = await withEngine(engine, context.signal, () =>
    recordVectors(wordsOfEngine(engine), identity, vectorRequests(options.exams)),
  )
  const text = formatVectors(recorded)
  await mkdir(dirname(path), { recursive: true })
  await writeFile(path, text)
  const result = { path, sha256: hashVectors(text), exams: recorded.exams.length }
  printResult(
    context,
    options,
    result,
    () =>
      `${formatTable([
        ['file', path],
        ['exams', `${result.exams}`],
        ['sha256', result.sha256],
      ])}`,
  )
}

/** Fed tokens of a recorded exam; see the engine's default. */
const CONTEXT_SIZE = 255

/** Lengths of recorded exams: the network's own, and others around it, for bits that depend on length. */
const RECORDED_FORMATS: readonly ExamFormat[] = [
  EXAM_FORMAT_1,
  { ...EXAM_FORMAT_1, tokens: 96, answerTokens: 8 },
  EXAM_FORMAT_1,
  { ...EXAM_FORMAT_1, tokens: 250, answerTokens: 24 },
]

function vectorRequests(count: number): readonly EvaluationRequest[] {
  const builders = RECORDED_FORMATS.map((format) =>
    createExamBuilder({ format, vocabulary: createByteVocabulary(), families: QUIZ_FAMILIES_1 }),
  )
  return Array.from({ length: count }, (_, index) => {
    const build = builders[index % builders.length] as (typeof builders)[number]
    const exam = build(keccak256(concatBytes(utf8ToBytes('poai/vectors/1'), uintToBytes(BigInt(index), 4))))
    return { tokens: exam.tokens, positions: exam.answerPositions, probes: exam.probes }
  })
}

/** Runs `work` with a started engine, and stops it whatever happens; at once when `signal` says so. */
async function withEngine<T>(engine: InferenceEngine, signal: AbortSignal, work: () => Promise<T>): Promise<T> {
  const stop = (): void => void engine.stop()
  signal.addEventListener('abort', stop, { once: true })
  try {
    await engine.start()
    return await work()
  } catch (error) {
    signal.throwIfAborted()
    throw error
  } finally {
    signal.removeEventListener('abort', stop)
    await engine.stop()
  }
}
