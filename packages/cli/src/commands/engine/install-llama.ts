import { join } from 'node:path'
import { formatTable } from '@poai/testnet/terminal'
import type { Command } from 'commander'
import type { CliContext } from '../../cli-context.ts'
import { installLlama } from '../../engine/install-llama.ts'
import { type CommonOptions, installationOf, leafCommand, printResult } from '../leaf-command.ts'

interface InstallLlamaOptions extends CommonOptions {
  readonly again?: true
}

/** Adds `poai engine install-llama`. */
export function addEngineInstallLlamaCommand(engine: Command, context: CliContext): void {
  leafCommand(engine, 'install-llama', {
    summary: 'install llama.cpp, an optional second engine',
    details: 'Domain portable-1 does not need it; the domains x64-avx2 and x64-avx512 have no other engine.',
    examples: ['engine install-llama', 'engine install-llama --again'],
  })
    .option('--again', 'install even if it is installed already')
    .action((options: InstallLlamaOptions) => install(context, options))
}

async function install(context: CliContext, options: InstallLlamaOptions): Promise<void> {
  const { cache } = installationOf(options, context)
  const { signal, terminal } = context
  if (options.json === undefined) terminal.err('Installing node-llama-cpp with npm, about 100 MB…\n')
  const llama = await installLlama({ cacheDirectory: join(cache, 'engine'), again: options.again ?? false, signal })
  const { version, entry, binaries, isNew } = llama
  printResult(context, options, { version, entry, binaries, isNew }, () =>
    formatTable([
      ['llama.cpp', `node-llama-cpp ${version}${isNew ? '' : ', installed before'}`],
      ['module', entry],
      ['libraries', binaries],
    ]),
  )
}
