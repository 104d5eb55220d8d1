import { mkdir } from 'node:fs/promises'
import { resolve } from 'node:path'
import { bytesToHex } from '@poai/core'
import { type KeptBadBlock, keptBadBlocks } from '@poai/storage'
import { formatBytes, formatTable, printable } from '@poai/testnet/terminal'
import type { Command } from 'commander'
import type { CliContext } from '../../cli-context.ts'
import { type DataDirectory, findDataDirectory } from '../../data-directory.ts'
import { decodeBadBlock, saveBadBlock } from '../../db/save-bad-block.ts'
import { type OpenDatabase, withDatabase } from '../../db/with-database.ts'
import { printResult } from '../leaf-command.ts'
import { type DbOptions, dbCommand } from './db-command.ts'

interface BadBlocksOptions extends DbOptions {
  readonly save?: string
}

/** A bad block, as it is listed. */
interface ListedBlock {
  /** Null if this version of the program cannot read the block. */
  readonly number: number | null
  readonly hash: string
  readonly rule: string
  readonly reason: string
  readonly source: string
  /** When it came, as an ISO date. */
  readonly at: string
  /** Whether its work was replayed and is real, or only claimed. */
  readonly work: 'worked' | 'claimed'
  readonly bytes: number
  /** Where it was saved; null without `--save`. */
  readonly file: string | null
}

/** Adds `poai db bad-blocks`. */
export function addDbBadBlocksCommand(parent: Command, context: CliContext): void {
  dbCommand(parent, 'bad-blocks', {
    summary: 'list the blocks that broke a rule, and save them for debugging',
    details: 'The node keeps the newest ones: those whose work is real first, and some whose work is not.',
    examples: ['db bad-blocks', 'db bad-blocks --json', 'db bad-blocks --save ./bad-blocks'],
  })
    .option('--save <directory>', 'write each block to a file there, which poai db import takes')
    .action((options: BadBlocksOptions) => badBlocks(context, options))
}

async function badBlocks(context: CliContext, options: BadBlocksOptions): Promise<void> {
  const directory = await findDataDirectory(options, context.environment)
  const folder = options.save === undefined ? undefined : resolve(options.save)
  if (folder !== undefined) await mkdir(folder, { recursive: true })
  const blocks = await withDatabase(directory, 'look', (database) => listBlocks(database, directory, folder))
  const result = { network: directory.params.name, database: directory.chain, blocks }
  printResult(context, options, result, () => formatBlocks(blocks, folder))
}

async function listBlocks(
  { store, codecs }: OpenDatabase,
  { params }: DataDirectory,
  folder: string | undefined,
): Promise<readonly ListedBlock[]> {
  const listed: ListedBlock[] = []
  for (const bad of await keptBadBlocks(store)) {
    const number = decodeBadBlock(bad, codecs)?.header.number
    const file = folder === undefined ? null : await saveBadBlock(bad, { folder, params, codecs })
    listed.push({ number: number === undefined ? null : Number(number), ...describe(bad), file })
  }
  return listed
}

function describe({
  hash,
  rule,
  reason,
  source,
  atMs,
  shelf,
  block,
}: KeptBadBlock): Omit<ListedBlock, 'number' | 'file'> {
  return {
    ...{ hash: bytesToHex(hash), rule, reason: printable(reason), source: printable(source) },
    ...{ at: new Date(Number(atMs)).toISOString(), work: shelf, bytes: block.length },
  }
}

function formatBlocks(blocks: readonly ListedBlock[], folder: string | undefined): string {
  if (blocks.length === 0) return 'No block has broken a rule.\n'
  const details = blocks.map(({ number, hash, rule, reason, source, at, work, bytes }) =>
    formatTable([
      ['block', `${number ?? 'unreadable'}, ${hash}`],
      ['rule', rule],
      ['reason', reason],
      ['came', `${at}, from ${source}`],
      ['work', work === 'worked' ? 'real: its exam was replayed' : 'only claimed'],
      ['size', formatBytes(bytes)],
    ]),
  )
  const saved =
    folder === undefined ? [] : [`Saved to ${folder}. To try one on a copy of the chain: poai db import FILE\n`]
  return [...details, ...saved].join('\n')
}
