import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { InvariantError } from '@poai/core'
import {
  type BuildPortableOptions,
  type BuildProgress,
  type BuiltProgram,
  buildPortable,
  buildProgram,
  checkVectors,
  createLlamaEngine,
  createNativeEngine,
  type DomainVectors,
  findDomain,
  type InferenceEngine,
  PORTABLE_DOMAIN_NAME,
  parseVectors,
  resolveModel,
  wordsOfEngine,
} from '@poai/inference'
import { type Installation, openModelStore } from '@poai/node'
import type { Command } from 'commander'
import type { CliContext } from '../cli-context.ts'
import { formatSeconds } from '../format-quantity.ts'
import { createCountBar } from '../progress-bar.ts'
import { formatTable } from '../table.ts'
import { withEngine } from '../with-engine.ts'
import { type CommonOptions, installationOf, leafCommand, printResult } from './leaf-command.ts'

/** The model whose recorded vectors a new engine must compute: it comes with the program. */
const TEST_MODEL = 'quiz-1'

const STEP_LABELS: Readonly<Record<BuildProgress['step'], string>> = {
  unpack: 'unpacking llama.cpp',
  compile: 'compiling          ',
  test: 'replaying vectors  ',
}

interface BuildOptions extends CommonOptions {
  readonly compiler?: string
  readonly again?: true
  readonly llama?: true
}

/** Adds `poai engine build`. */
export function addEngineBuildCommand(engine: Command, context: CliContext): void {
  leafCommand(engine, 'build', {
    description: `compile the engine of domain ${PORTABLE_DOMAIN_NAME} for this machine, and test it`,
    examples: ['engine build', 'engine build --compiler clang --again', 'engine build --llama', 'engine build --json'],
  })
    .option(
      '--compiler <program>',
      'C compiler (default: cc, gcc or clang, whichever is installed; with --llama a C++ one)',
    )
    .option('--again', 'build although there is one')
    .option('--llama', 'build llama.cpp for the same domain instead: needs git and a C++ compiler')
    .action((options: BuildOptions) => build(context, options))
}

async function build(context: CliContext, options: BuildOptions): Promise<void> {
  const installation = installationOf(options, context)
  const bar = createCountBar(context.terminal)
  const startMs = performance.now()
  let exams = 0
  const what = {
    cacheDirectory: join(installation.cache, 'engine'),
    ...(options.compiler === undefined ? {} : { compiler: options.compiler }),
    again: options.again ?? false,
    signal: context.signal,
    onProgress: ({ step, done, total }: BuildProgress) => {
      if (options.json === undefined) bar.update({ label: STEP_LABELS[step], done, total })
    },
  }
  const replay = async (create: (test: Test) => InferenceEngine): Promise<void> => {
    const test = await findTest(installation)
    exams = test.vectors.exams.length
    const engine = create(test)
    await withEngine(engine, context.signal, () => checkVectors(wordsOfEngine(engine), test.vectors))
  }
  const { file, isNew, sha256, compiler } = options.llama
    ? await buildLlama(what, (cacheDirectory) => replay((test) => createLlama(test, cacheDirectory)))
    : await buildProgram(what, { selfTest: (program) => replay((test) => createNative(test, program)) })
  bar.finish()
  const seconds = (performance.now() - startMs) / 1000
  const program = options.llama ? 'llama' : 'native'
  const result = { domain: PORTABLE_DOMAIN_NAME, program, isNew, file, sha256, compiler, exams, seconds }
  printResult(context, options, result, () =>
    formatTable([
      ['domain', PORTABLE_DOMAIN_NAME],
      [options.llama ? 'library' : 'program', file],
      ['compiler', compiler],
      [
        'result',
        isNew ? `built and tested in ${formatSeconds(seconds)}: ${exams} exams, all bits equal` : 'built before',
      ],
    ]),
  )
}

async function buildLlama(
  options: BuildPortableOptions,
  selfTest: (cacheDirectory: string) => Promise<void>,
): Promise<BuiltProgram> {
  const { file, isNew, record } = await buildPortable(options, { selfTest })
  return { file, isNew, ...record }
}

/** The model that comes with the program, and all recorded bits of it. */
interface Test {
  readonly modelPath: string
  readonly vectors: DomainVectors
}

async function findTest(installation: Installation): Promise<Test> {
  const path = join(installation.models, TEST_MODEL, 'vectors', `${PORTABLE_DOMAIN_NAME}.json`)
  const vectors = parseVectors(await readFile(path, 'utf8'))
  const { path: modelPath } = await resolveModel(await openModelStore(installation), TEST_MODEL)
  return { modelPath, vectors }
}

function createNative({ modelPath, vectors }: Test, file: string): InferenceEngine {
  return createNativeEngine(file, { modelPath, contextSize: vectors.contextSize, workers: 1 })
}

function createLlama({ modelPath, vectors }: Test, cacheDirectory: string): InferenceEngine {
  const build = findDomain(PORTABLE_DOMAIN_NAME)?.build
  if (build === undefined) throw new InvariantError(`${PORTABLE_DOMAIN_NAME} is not known`)
  return createLlamaEngine({ build, modelPath, cacheDirectory, contextSize: vectors.contextSize, workers: 1 })
}
