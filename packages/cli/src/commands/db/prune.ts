import { type Horizons, pruneDatabase, RETENTIONS, readHead, readHorizons } from '@poai/storage'
import { formatTable } from '@poai/testnet/terminal'
import { type Command, Option } from 'commander'
import type { CliContext } from '../../cli-context.ts'
import { findDataDirectory } from '../../data-directory.ts'
import { type OpenDatabase, withDatabase } from '../../db/with-database.ts'
import { createCountBar } from '../../progress-bar.ts'
import { printResult } from '../leaf-command.ts'
import { compactWithBar } from './compact.ts'
import { type DbOptions, dbCommand } from './db-command.ts'

interface PruneOptions extends DbOptions {
  readonly keep: keyof typeof RETENTIONS
  readonly compact?: true
}

/** What each horizon means, for people. */
const HORIZON_LABELS: Readonly<Record<keyof Horizons, string>> = {
  history: 'states can be read from block',
  undo: 'blocks can be rolled back down to',
  blocks: 'bodies and receipts are kept from block',
  branches: 'side branches are kept from block',
}

/** The option that names what to keep. */
export function keepOption(description: string): Option {
  return new Option('--keep <mode>', description).choices(Object.keys(RETENTIONS))
}

/** Adds `poai db prune`. */
export function addDbPruneCommand(parent: Command, context: CliContext): void {
  dbCommand(parent, 'prune', {
    summary: 'delete old states, and with --keep light old blocks',
    details: 'Only a new synchronisation brings them back, and blocks without undo records are final.',
    examples: ['db prune --keep full', 'db prune --keep light --compact'],
  })
    .addOption(keepOption('what to keep, as a node started with this --keep would').makeOptionMandatory())
    .option('--compact', 'free the disk space afterwards')
    .action((options: PruneOptions) => prune(context, options))
}

async function prune(context: CliContext, options: PruneOptions): Promise<void> {
  const directory = await findDataDirectory(options, context.environment)
  const { before, after, head } = await withDatabase(directory, 'change', async (database) => {
    const { store } = database
    const horizons = readHorizons(store)
    const pruned = await pruneWithBar(context, database, options.keep)
    if (options.compact) await compactWithBar(context, database)
    return { before: horizons, after: pruned, head: readHead(store)?.number ?? 0n }
  })
  const result = {
    ...{ network: directory.params.name, database: directory.chain, keep: options.keep, head: Number(head) },
    ...{ before: numbersOf(before), after: numbersOf(after) },
  }
  printResult(context, options, result, () => formatHorizons(before, after, head))
}

async function pruneWithBar(
  { terminal, signal }: CliContext,
  database: OpenDatabase,
  keep: PruneOptions['keep'],
): Promise<Horizons> {
  const bar = createCountBar(terminal)
  try {
    return await pruneDatabase(database, {
      retention: RETENTIONS[keep],
      signal,
      onProgress: ({ done, total }) => bar.update({ label: 'pruning', done: Number(done), total: Number(total) }),
    })
  } finally {
    bar.finish()
  }
}

const NAMES = Object.keys(HORIZON_LABELS) as (keyof Horizons)[]

function numbersOf(horizons: Horizons): Readonly<Record<string, number>> {
  return Object.fromEntries(NAMES.map((name) => [name, Number(horizons[name])]))
}

function formatHorizons(before: Horizons, after: Horizons, head: bigint): string {
  const rows = NAMES.map((name) => [HORIZON_LABELS[name], String(before[name]), String(after[name])])
  return formatTable([['', 'BEFORE', 'AFTER'], ...rows, ['the head is block', String(head), String(head)]])
}
