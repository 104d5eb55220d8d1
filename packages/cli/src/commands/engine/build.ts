import { join } from 'node:path'
import { defined } from '@poai/core'
import {
  type BuildPortableOptions,
  type BuildProgress,
  type BuiltProgram,
  buildPortable,
  buildProgram,
  type InferenceEngine,
  llamaForTest,
  nativeForTest,
  PORTABLE_DOMAIN_NAME,
  type TestOptions,
  testBuild,
} from '@poai/inference'
import { formatSeconds, formatTable } from '@poai/testnet/terminal'
import type { Command } from 'commander'
import type { CliContext } from '../../cli-context.ts'
import { createCountBar } from '../../progress-bar.ts'
import { type CommonOptions, installationOf, leafCommand, printResult } from '../leaf-command.ts'

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
    summary: `compile the engine of domain ${PORTABLE_DOMAIN_NAME} for this machine, and test it`,
    examples: ['engine build', 'engine build --compiler clang --again', 'engine build --llama', 'engine build --json'],
  })
    .option(
      '--compiler <program>',
      'C compiler, or C++ with --llama (default: cc, gcc or clang, whichever is installed)',
    )
    .option('--again', 'build even if it is built already')
    .option('--llama', 'build llama.cpp for the same domain instead; needs git and a C++ compiler')
    .action((options: BuildOptions) => build(context, options))
}

async function build(context: CliContext, options: BuildOptions): Promise<void> {
  const installation = installationOf(options, context)
  const bar = createCountBar(context.terminal)
  const startMs = performance.now()
  let exams = 0
  const what = {
    cacheDirectory: join(installation.cache, 'engine'),
    ...defined({ compiler: options.compiler }),
    again: options.again ?? false,
    signal: context.signal,
    onProgress: ({ step, done, total }: BuildProgress) => {
      if (options.json === undefined) bar.update({ label: STEP_LABELS[step], done, total })
    },
  }
  const replay = async (create: (test: TestOptions) => InferenceEngine): Promise<void> => {
    exams = await testBuild(installation, create, context.signal)
  }
  const building = options.llama
    ? buildLlama(what, (cacheDirectory) => replay(llamaForTest(cacheDirectory)))
    : buildProgram(what, { selfTest: (program) => replay(nativeForTest(program)) })
  const { file, isNew, sha256, compiler } = await building.finally(() => bar.finish())
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
        isNew ? `built and tested in ${formatSeconds(seconds)}: ${exams} exams, all bits equal` : 'built already',
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
