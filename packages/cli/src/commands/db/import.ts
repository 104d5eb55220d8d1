import { access, mkdir, writeFile } from 'node:fs/promises'
import { join, resolve } from 'node:path'
import type { Chain } from '@poai/chain'
import { type BlockCodecs, bytesToHex, defined, equalBytes, genesisHash, networkParamsToJson } from '@poai/core'
import { type ChainFileLabel, RETENTIONS, readChainFileLabel } from '@poai/storage'
import { formatSeconds, formatTable } from '@poai/testnet/terminal'
import type { Command } from 'commander'
import type { CliContext } from '../../cli-context.ts'
import { builtInNetworkOf, type DataDirectory, findDataDirectory, NETWORK_FILE } from '../../data-directory.ts'
import { type ImportReport, importChainFile } from '../../db/import-chain-file.ts'
import { createTerminalLogger } from '../../db/terminal-logger.ts'
import { withReplayingChain } from '../../db/with-replaying-chain.ts'
import { createEveryModel } from '../../engine/every-model.ts'
import { setUpNetworkEngine } from '../../engine/set-up-network-engine.ts'
import { createCountBar } from '../../progress-bar.ts'
import { CheckFailed, UsageError } from '../../report-error.ts'
import { installationOf, printResult } from '../leaf-command.ts'
import { workersOption } from '../workers-option.ts'
import { type DbOptions, dbCommand } from './db-command.ts'
import { keepOption } from './prune.ts'

interface ImportOptions extends DbOptions {
  readonly keep: keyof typeof RETENTIONS
  readonly workers?: number
}

/** Adds `poai db import`. */
export function addDbImportCommand(parent: Command, context: CliContext): void {
  dbCommand(parent, 'import <file>', {
    summary: 'import the blocks of a file',
    details: 'Every block is replayed and executed. Continues an interrupted import.',
    examples: ['db import chain.poai', 'db import chain.poai --data-dir /var/lib/poai --workers 4'],
  })
    .addOption(workersOption())
    .addOption(keepOption('what to keep, as a node started with this --keep would').default('full'))
    .action((file: string, options: ImportOptions) => importFile(context, resolve(file), options))
}

async function importFile(context: CliContext, path: string, options: ImportOptions): Promise<void> {
  const label = await readChainFileLabel(path)
  const directory = await findDataDirectory(options, context.environment, builtInNetworkOf(label.genesisHash))
  if (!equalBytes(label.genesisHash, genesisHash(directory.params))) {
    throw new UsageError(
      `${path} is of the network ${label.network}, but ${directory.path} is of ${directory.params.name}`,
      'name another data directory with --data-dir, or the file’s network with --network',
    )
  }
  const installation = installationOf(options, context)
  const choice = defined({ workers: options.workers })
  const { engine } = await setUpNetworkEngine(installation, directory.params, choice)
  const { evaluator, run } = createEveryModel({ installation, params: directory.params, engine }, context.signal)
  const began = performance.now()
  await rememberNetwork(directory)
  const dependencies = {
    evaluator,
    retention: RETENTIONS[options.keep],
    logger: createTerminalLogger(context.terminal),
  }
  // The database comes first: a lock shows at once, and the engine takes a while.
  const { report, head } = await withReplayingChain(directory, dependencies, async (chain, codecs) => ({
    report: await run(() => importWithBar(context, { path, label, directory }, { chain, codecs })),
    head: chain.head(),
  }))
  const { imported, known, stop } = report
  const seconds = (performance.now() - began) / 1000
  const result = {
    ...{ file: path, network: label.network, database: directory.chain, imported, known, seconds },
    head: { number: Number(head.number), hash: bytesToHex(head.hash) },
    stop:
      stop === undefined ? null : { block: Number(stop.number), code: stop.error.code, message: stop.error.message },
  }
  const count = (blocks: number): string => blocks.toLocaleString('en')
  printResult(context, options, result, () =>
    formatTable([
      ['file', `blocks ${label.first} to ${label.last} of ${label.network}`],
      ['imported', `${count(imported)} blocks in ${formatSeconds(seconds)}, ${count(known)} were known`],
      ['head', `block ${head.number}, ${bytesToHex(head.hash)}`],
      ['database', directory.chain],
    ]),
  )
  if (stop !== undefined) throw new CheckFailed(describeStop(report, path))
}

/** Records a network that is not built in, for the next command and the node. */
async function rememberNetwork({ path, params }: DataDirectory): Promise<void> {
  if (builtInNetworkOf(genesisHash(params)) !== undefined) return
  const file = join(path, NETWORK_FILE)
  const hasFile = await access(file).then(
    () => true,
    () => false,
  )
  if (hasFile) return
  await mkdir(path, { recursive: true, mode: 0o700 })
  await writeFile(file, `${JSON.stringify(networkParamsToJson(params), null, 2)}\n`)
}

interface ImportedFile {
  readonly path: string
  readonly label: ChainFileLabel
  readonly directory: DataDirectory
}

async function importWithBar(
  { terminal, signal }: CliContext,
  { path, label, directory }: ImportedFile,
  { chain, codecs }: { readonly chain: Chain; readonly codecs: BlockCodecs },
): Promise<ImportReport> {
  const bar = createCountBar(terminal)
  const total = Number(label.last - label.first) + 1
  const onBlock = (number: bigint): void =>
    bar.update({ label: 'importing', done: Number(number - label.first) + 1, total })
  try {
    const dependencies = { chain, codecs, genesisHash: genesisHash(directory.params) }
    return await importChainFile(path, dependencies, { signal, onBlock })
  } catch (error) {
    if (signal.aborted)
      terminal.err(`interrupted: the head is block ${chain.head().number}; the same command continues from there\n`)
    throw error
  } finally {
    bar.finish()
  }
}

function describeStop({ stop }: ImportReport, path: string): string {
  if (stop === undefined) return ''
  const { number, error } = stop
  const found = [error.message, error.actual].filter((part) => part !== undefined).join(': ')
  return `${path} is good up to block ${number - 1n}; at block ${number}: ${found} (${error.code})`
}
