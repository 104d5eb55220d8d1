import { compactTables, measureTables, type TableSize } from '@poai/storage'
import { formatBytes, formatTable } from '@poai/testnet/terminal'
import type { Command } from 'commander'
import type { CliContext } from '../../cli-context.ts'
import { type DataDirectory, findDataDirectory } from '../../data-directory.ts'
import { folderSize } from '../../db/folder-size.ts'
import { type OpenDatabase, withDatabase } from '../../db/with-database.ts'
import { createCountBar } from '../../progress-bar.ts'
import { printResult } from '../leaf-command.ts'
import { type DbOptions, dbCommand } from './db-command.ts'

/** The size of a database on disk. */
interface Room {
  readonly diskBytes: number
  readonly tables: readonly TableSize[]
}

/** Adds `poai db compact`. */
export function addDbCompactCommand(parent: Command, context: CliContext): void {
  dbCommand(parent, 'compact', {
    summary: 'free the disk space of what was pruned or overwritten; can be interrupted at any time',
    examples: ['db compact', 'db compact --data-dir /var/lib/poai --json'],
  }).action((options: DbOptions) => compact(context, options))
}

async function compact(context: CliContext, options: DbOptions): Promise<void> {
  const directory = await findDataDirectory(options, context.environment)
  const { before, after } = await withDatabase(directory, 'change', async (database) => {
    const room = await roomOf(directory, database)
    await compactWithBar(context, database)
    return { before: room, after: await roomOf(directory, database) }
  })
  const result = { network: directory.params.name, database: directory.chain, before, after }
  printResult(context, options, result, () => formatRooms(before, after))
}

/** Compacts everything with a progress bar. */
export async function compactWithBar({ terminal, signal }: CliContext, { store }: OpenDatabase): Promise<void> {
  const bar = createCountBar(terminal)
  try {
    // With a single label, the rate is that of the whole.
    const onProgress = ({ done, total }: { readonly done: number; readonly total: number }): void =>
      bar.update({ label: 'compacting', done, total })
    await compactTables(store, { signal, onProgress })
  } finally {
    bar.finish()
  }
}

async function roomOf(directory: DataDirectory, { store }: OpenDatabase): Promise<Room> {
  return { diskBytes: await folderSize(directory.chain), tables: await measureTables(store) }
}

function formatRooms(before: Room, after: Room): string {
  const rows = before.tables
    .map(({ table, sizeBytes }, index) => ({ table, from: sizeBytes, to: after.tables[index]?.sizeBytes ?? 0 }))
    .filter(({ from, to }) => from + to > 0)
    .map(({ table, from, to }) => [table, formatBytes(from), formatBytes(to)])
  return formatTable([
    ['TABLE', 'BEFORE', 'AFTER'],
    ...rows,
    ['all files', formatBytes(before.diskBytes), formatBytes(after.diskBytes)],
  ])
}
