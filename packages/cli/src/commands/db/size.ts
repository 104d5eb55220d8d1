import { countTables, measureTables, readHead, type TableCount, type TableSize } from '@poai/storage'
import { formatBytes, formatTable } from '@poai/testnet/terminal'
import type { Command } from 'commander'
import type { CliContext } from '../../cli-context.ts'
import { findDataDirectory } from '../../data-directory.ts'
import { folderSize } from '../../db/folder-size.ts'
import { type OpenDatabase, withDatabase } from '../../db/with-database.ts'
import { createCountBar } from '../../progress-bar.ts'
import { printResult } from '../leaf-command.ts'
import { type DbOptions, dbCommand } from './db-command.ts'

interface SizeOptions extends DbOptions {
  readonly count?: true
}

/** Adds `poai db size`. */
export function addDbSizeCommand(parent: Command, context: CliContext): void {
  dbCommand(parent, 'size', {
    summary: 'show the size on disk of every table, as LevelDB estimates it',
    examples: ['db size', 'db size --count', 'db size --data-dir /var/lib/poai --json'],
  })
    .option('--count', 'also count all records and their uncompressed bytes: reads everything')
    .action((options: SizeOptions) => size(context, options))
}

interface Measures {
  readonly sizes: readonly TableSize[]
  readonly counts: readonly TableCount[] | undefined
  readonly head: number
}

async function size(context: CliContext, options: SizeOptions): Promise<void> {
  const directory = await findDataDirectory(options, context.environment)
  const { sizes, counts, head } = await withDatabase(directory, 'look', (database) =>
    measure(context, options, database),
  )
  const diskBytes = await folderSize(directory.chain)
  const tables = sizes.map((row, index) => ({ ...row, ...counts?.[index] }))
  const result = { network: directory.params.name, database: directory.chain, diskBytes, head, tables }
  printResult(context, options, result, () => {
    const rows = tables
      .filter(({ sizeBytes, records = 0 }) => sizeBytes + records > 0)
      .map(({ table, sizeBytes, records, contentBytes }) => [
        table,
        formatBytes(sizeBytes),
        ...(records === undefined ? [] : [records.toLocaleString('en'), formatBytes(contentBytes ?? 0)]),
      ])
    const titles = ['TABLE', 'ON DISK', ...(counts === undefined ? [] : ['RECORDS', 'CONTENT'])]
    const whole = `${directory.chain}: ${formatBytes(diskBytes)} with its log; the head is block ${head}`
    return `${formatTable([titles, ...rows])}\n${whole}\n`
  })
}

async function measure(context: CliContext, { count }: SizeOptions, { store }: OpenDatabase): Promise<Measures> {
  const head = Number(readHead(store)?.number ?? 0n)
  const sizes = await measureTables(store)
  if (count !== true) return { sizes, counts: undefined, head }
  const bar = createCountBar(context.terminal)
  const onRecords = (table: string, done: number): void => bar.update({ label: table, done, total: undefined })
  try {
    return { sizes, counts: await countTables(store, { signal: context.signal, onRecords }), head }
  } finally {
    bar.finish()
  }
}
