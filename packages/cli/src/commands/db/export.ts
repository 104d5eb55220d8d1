import { stat } from 'node:fs/promises'
import { resolve } from 'node:path'
import { AppError, equalBytes, genesisHash } from '@poai/core'
import {
  type ChainFileLabel,
  createBlockStore,
  readChainFile,
  readChainFileLabel,
  readHead,
  readHorizons,
  StorageError,
  writeChainFile,
} from '@poai/storage'
import { formatBytes } from '@poai/testnet/terminal'
import type { Command } from 'commander'
import type { CliContext } from '../../cli-context.ts'
import { type DataDirectory, findDataDirectory } from '../../data-directory.ts'
import { canonicalBlocks } from '../../db/canonical-blocks.ts'
import { type OpenDatabase, withDatabase } from '../../db/with-database.ts'
import { wholeNumber } from '../../parse-options.ts'
import { createCountBar } from '../../progress-bar.ts'
import { UsageError } from '../../report-error.ts'
import { printResult } from '../leaf-command.ts'
import { type DbOptions, dbCommand } from './db-command.ts'

interface ExportOptions extends DbOptions {
  readonly from?: number
  readonly to?: number
}

/** The last block number that an option takes: 150 years at five seconds a block. */
const MAX_BLOCK = 999_999_999

/** Adds `poai db export`. */
export function addDbExportCommand(parent: Command, context: CliContext): void {
  const block = wholeNumber(1, MAX_BLOCK)
  dbCommand(parent, 'export <file>', {
    summary: 'write the blocks of the chain to a file',
    details: 'Reads the file back to check it. Continues an interrupted export.',
    examples: ['db export chain.poai', 'db export blocks-1001-2000.poai --from 1001 --to 2000'],
  })
    .option('--from <block>', 'the first block (default: the oldest one here after the genesis block)', block)
    .option('--to <block>', 'the last block (default: the head)', block)
    .action((file: string, options: ExportOptions) => exportChain(context, resolve(file), options))
}

async function exportChain(context: CliContext, path: string, options: ExportOptions): Promise<void> {
  const directory = await findDataDirectory(options, context.environment)
  const { label, written, head } = await withDatabase(directory, 'look', async (database) => {
    const range = await labelOf(path, { directory, database, options })
    return {
      ...(await writeAndVerify(context, path, { label: range, database })),
      label: range,
      head: readHead(database.store)?.number ?? 0n,
    }
  })
  const { size: sizeBytes } = await stat(path)
  const [first, last] = [Number(label.first), Number(label.last)]
  const result = { file: path, network: label.network, first, last, written, sizeBytes, verified: true }
  printResult(context, options, result, () => {
    const rest =
      label.last < head && options.to === undefined
        ? `The head is block ${head}: export the rest to a second file, with --from ${label.last + 1n}\n`
        : ''
    const size = `${formatBytes(sizeBytes)}, ${written} written now, all checked`
    return `${path}: blocks ${first} to ${last} of ${label.network}, ${size}\n${rest}`
  })
}

interface Wanted {
  readonly directory: DataDirectory
  readonly database: OpenDatabase
  readonly options: ExportOptions
}

/** The range to export. An interrupted export keeps its range, though the head has moved since. */
async function labelOf(path: string, { directory, database, options }: Wanted): Promise<ChainFileLabel> {
  const { params } = directory
  const genesis = genesisHash(params)
  const before = await labelInFile(path)
  const isOurs = before !== undefined && equalBytes(before.genesisHash, genesis)
  const head = readHead(database.store)?.number ?? 0n
  const oldest = readHorizons(database.store).blocks || 1n
  const first = optionalBigInt(options.from) ?? (isOurs ? before.first : oldest)
  const last =
    optionalBigInt(options.to) ?? (isOurs && before.first === first && before.last <= head ? before.last : head)
  if (head === 0n) throw new AppError('CLI_NOTHING_TO_EXPORT', `there is only the genesis block in ${directory.path}`)
  if (first < oldest)
    throw new UsageError(`blocks below ${oldest} are not kept here`, `choose --from ${oldest} or higher`)
  if (last > head) throw new UsageError(`the head is block ${head}`, `choose --to ${head} or lower`)
  if (first > last) throw new UsageError(`block ${first} comes after block ${last}`, `choose --from ${last} or lower`)
  return { network: params.name, genesisHash: genesis, first, last }
}

function optionalBigInt(value: number | undefined): bigint | undefined {
  return value === undefined ? undefined : BigInt(value)
}

/** What the file holds already; undefined if it is new, or ends within its label. */
async function labelInFile(path: string): Promise<ChainFileLabel | undefined> {
  const exists = await stat(path).then(
    () => true,
    () => false,
  )
  if (!exists) return undefined
  return readChainFileLabel(path).catch((error: unknown) => {
    if (error instanceof StorageError && error.code === 'STORAGE_CHAIN_FILE_DAMAGED') return undefined
    throw error
  })
}

async function writeAndVerify(
  { terminal, signal }: CliContext,
  path: string,
  { label, database }: { readonly label: ChainFileLabel; readonly database: OpenDatabase },
): Promise<{ readonly written: number }> {
  const { store, codecs } = database
  const stored = createBlockStore(store, codecs)
  const total = Number(label.last - label.first) + 1
  const bar = createCountBar(terminal)
  const show = (step: string) => (number: bigint) =>
    bar.update({ label: step, done: Number(number - label.first) + 1, total })
  try {
    const from = await writeChainFile(path, {
      ...{ label, codecs, signal },
      blocks: (number) => canonicalBlocks(stored, number),
      isCanonical: (number, hash) => equalBytes(stored.canonicalHash(number) ?? new Uint8Array(0), hash),
      onBlock: show('writing'),
    })
    const verified = show('reading back')
    for await (const { header } of readChainFile(path, { codecs, genesisHash: label.genesisHash, signal }))
      verified(header.number)
    return { written: Number(label.last - from) + 1 }
  } catch (error) {
    if (signal.aborted) terminal.err('interrupted: the same command continues from here\n')
    throw error
  } finally {
    bar.finish()
  }
}
