import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import {
  type BuildProgress,
  buildPortable,
  checkVectors,
  createLlamaEngine,
  findDomain,
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
}

/** Adds `poai engine build`. */
export function addEngineBuildCommand(engine: Command, context: CliContext): void {
  leafCommand(engine, 'build', {
    description: `compile the engine of domain ${PORTABLE_DOMAIN_NAME} for this machine, and test it`,
    examples: ['engine build', 'engine build --compiler clang++ --again', 'engine build --json'],
  })
    .option('--compiler <program>', 'C++ compiler (default: g++, clang++ or c++, whichever is installed)')
    .option('--again', 'build although there is a library')
    .action((options: BuildOptions) => build(context, options))
}

async function build(context: CliContext, options: BuildOptions): Promise<void> {
  const installation = installationOf(options, context)
  const bar = createCountBar(context.terminal)
  const startMs = performance.now()
  let exams = 0
  const library = await buildPortable(
    {
      cacheDirectory: join(installation.cache, 'engine'),
      ...(options.compiler === undefined ? {} : { compiler: options.compiler }),
      again: options.again ?? false,
      signal: context.signal,
      onProgress: ({ step, done, total }) => {
        if (options.json === undefined) bar.update({ label: STEP_LABELS[step], done, total })
      },
    },
    {
      selfTest: async (cacheDirectory) => {
        exams = await replayVectors(context, installation, cacheDirectory)
      },
    },
  )
  bar.finish()
  const seconds = (performance.now() - startMs) / 1000
  const { file, isNew, record } = library
  const result = { domain: PORTABLE_DOMAIN_NAME, isNew, file, ...record, exams, seconds }
  printResult(context, options, result, () =>
    formatTable([
      ['domain', PORTABLE_DOMAIN_NAME],
      ['library', file],
      ['compiler', record.compiler],
      [
        'result',
        isNew ? `built and tested in ${formatSeconds(seconds)}: ${exams} exams, all bits equal` : 'built before',
      ],
    ]),
  )
}

/** Throws unless the library in `cacheDirectory` computes all recorded bits of the test model. Returns how many exams. */
async function replayVectors(context: CliContext, installation: Installation, cacheDirectory: string): Promise<number> {
  const build = findDomain(PORTABLE_DOMAIN_NAME)?.build
  const path = join(installation.models, TEST_MODEL, 'vectors', `${PORTABLE_DOMAIN_NAME}.json`)
  const vectors = parseVectors(await readFile(path, 'utf8'))
  const model = await resolveModel(await openModelStore(installation), TEST_MODEL)
  if (build === undefined) return 0
  const { contextSize } = vectors
  const engine = createLlamaEngine({ build, modelPath: model.path, cacheDirectory, contextSize, workers: 1 })
  await withEngine(engine, context.signal, () => checkVectors(wordsOfEngine(engine), vectors))
  return vectors.exams.length
}
