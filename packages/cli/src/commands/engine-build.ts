import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { InvariantError } from '@poai/core'
import {
  type BuildPortableOptions,
  type BuildProgress,
  type BuiltWasm,
  buildPortable,
  buildWasm,
  checkVectors,
  createLlamaEngine,
  findDomain,
  PORTABLE_DOMAIN_NAME,
  type PortableProgram,
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

/** The model whose recorded vectors a new library must compute: it comes with the program. */
const TEST_MODEL = 'quiz-1'

const STEP_LABELS: Readonly<Record<BuildProgress['step'], string>> = {
  unpack: 'unpacking llama.cpp',
  compile: 'compiling          ',
  test: 'replaying vectors  ',
}

interface BuildOptions extends CommonOptions {
  readonly compiler?: string
  readonly again?: true
  readonly wasm?: true
}

/** Adds `poai engine build`. */
export function addEngineBuildCommand(engine: Command, context: CliContext): void {
  leafCommand(engine, 'build', {
    description: `compile the engine of domain ${PORTABLE_DOMAIN_NAME} for this machine, and test it`,
    examples: ['engine build', 'engine build --wasm', 'engine build --compiler clang++ --again', 'engine build --json'],
  })
    .option('--compiler <program>', 'C++ compiler (default: g++, clang++ or c++, whichever is installed)')
    .option('--again', 'build although there is a library')
    .option(
      '--wasm',
      'build the WebAssembly module instead, which runs on any machine and in browsers: needs Emscripten',
    )
    .action((options: BuildOptions) => build(context, options))
}

async function build(context: CliContext, options: BuildOptions): Promise<void> {
  const installation = installationOf(options, context)
  const bar = createCountBar(context.terminal)
  const startMs = performance.now()
  let exams = 0
  const program: PortableProgram = options.wasm ? 'wasm' : 'native'
  const what = {
    cacheDirectory: join(installation.cache, 'engine'),
    ...(options.compiler === undefined ? {} : { compiler: options.compiler }),
    again: options.again ?? false,
    signal: context.signal,
    onProgress: ({ step, done, total }: BuildProgress) => {
      if (options.json === undefined) bar.update({ label: STEP_LABELS[step], done, total })
    },
  }
  const selfTest = async (cacheDirectory: string): Promise<void> => {
    exams = await replayVectors(context, installation, { cacheDirectory, program })
  }
  const { file, isNew, sha256, compiler } = options.wasm
    ? await buildWasm(what, { selfTest })
    : await buildNative(what, selfTest)
  bar.finish()
  const seconds = (performance.now() - startMs) / 1000
  const result = { domain: PORTABLE_DOMAIN_NAME, program, isNew, file, sha256, compiler, exams, seconds }
  printResult(context, options, result, () =>
    formatTable([
      ['domain', PORTABLE_DOMAIN_NAME],
      [options.wasm ? 'module' : 'library', file],
      ['compiler', compiler],
      [
        'result',
        isNew ? `built and tested in ${formatSeconds(seconds)}: ${exams} exams, all bits equal` : 'built before',
      ],
    ]),
  )
}

async function buildNative(
  options: BuildPortableOptions,
  selfTest: (cacheDirectory: string) => Promise<void>,
): Promise<BuiltWasm> {
  const { file, isNew, record } = await buildPortable(options, { selfTest })
  return { file, isNew, ...record }
}

/** Throws unless what is in `cacheDirectory` computes all recorded bits of the test model. Returns how many exams. */
async function replayVectors(
  context: CliContext,
  installation: Installation,
  { cacheDirectory, program }: { readonly cacheDirectory: string; readonly program: PortableProgram },
): Promise<number> {
  const build = findDomain(PORTABLE_DOMAIN_NAME)?.build
  const path = join(installation.models, TEST_MODEL, 'vectors', `${PORTABLE_DOMAIN_NAME}.json`)
  const vectors = parseVectors(await readFile(path, 'utf8'))
  const model = await resolveModel(await openModelStore(installation), TEST_MODEL)
  if (build?.kind !== 'portable') throw new InvariantError(`${PORTABLE_DOMAIN_NAME} is not known`)
  const { contextSize } = vectors
  const engine = createLlamaEngine({
    ...{ build: { ...build, program }, modelPath: model.path, cacheDirectory, contextSize, workers: 1 },
  })
  await withEngine(engine, context.signal, () => checkVectors(wordsOfEngine(engine), vectors))
  return vectors.exams.length
}
