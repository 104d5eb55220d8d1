import { bytesToHex, genesisHash } from '@poai/core'
import { type CheckProgress, type CheckReport, checkDatabase, MAX_FAULTS, StorageError } from '@poai/storage'
import { formatTable, plural } from '@poai/testnet/terminal'
import type { Command } from 'commander'
import type { CliContext } from '../../cli-context.ts'
import { type DataDirectory, findDataDirectory } from '../../data-directory.ts'
import { withDatabase } from '../../db/with-database.ts'
import { createCountBar } from '../../progress-bar.ts'
import { CheckFailed } from '../../report-error.ts'
import { printResult } from '../leaf-command.ts'
import { type DbOptions, dbCommand } from './db-command.ts'

interface CheckOptions extends DbOptions {
  readonly quick?: true
}

/** What each step checks, for people. */
const STEP_LABELS: Readonly<Record<CheckProgress['step'], string>> = {
  blocks: 'blocks',
  orphans: 'left over',
  state: 'accounts',
  history: 'history',
}

/** Adds `poai db check`. */
export function addDbCheckCommand(parent: Command, context: CliContext): void {
  dbCommand(parent, 'check', {
    summary: 'look for damage in every link, root, index and value; changes nothing',
    examples: ['db check', 'db check --data-dir /var/lib/poai', 'db check --quick --json'],
  })
    .option('--quick', 'only check that all blocks are there, linked and indexed: takes seconds')
    .action((options: CheckOptions) => check(context, options))
}

async function check(context: CliContext, options: CheckOptions): Promise<void> {
  const directory = await findDataDirectory(options, context.environment)
  const report = await checkOf(context, directory, options)
  const { faults, blocks, accounts } = report
  const result = {
    clean: faults.length === 0,
    network: directory.params.name,
    database: directory.chain,
    depth: options.quick ? 'quick' : 'deep',
    ...{ blocks, accounts, faults },
  }
  printResult(context, options, result, () => formatReport(directory, report, options))
  if (faults.length > 0) throw new CheckFailed(`${plural(faults.length, 'fault')} found`)
}

async function checkOf(context: CliContext, directory: DataDirectory, { quick }: CheckOptions): Promise<CheckReport> {
  const bar = createCountBar(context.terminal)
  const onProgress = ({ step, done, total }: CheckProgress): void =>
    bar.update({ label: STEP_LABELS[step], done, total })
  try {
    return await withDatabase(directory, 'look', ({ store, codecs }) =>
      checkDatabase(store, codecs, { deep: quick !== true, onProgress, signal: context.signal }),
    )
  } catch (error) {
    // Damage that prevents opening it is a fault like any other.
    if (!(error instanceof StorageError) || error.code !== 'STORAGE_DAMAGED') throw error
    const message = [error.message, error.actual].filter((part) => part !== undefined).join(': ')
    return { faults: [{ kind: 'undecodable', message, key: undefined }], blocks: 0, accounts: 0 }
  } finally {
    bar.finish()
  }
}

function formatReport({ chain, params }: DataDirectory, report: CheckReport, { quick }: CheckOptions): string {
  const { blocks, accounts, faults } = report
  const summary = formatTable([
    ['network', `${params.name}, genesis ${bytesToHex(genesisHash(params))}`],
    ['database', chain],
    ['blocks', blocks.toLocaleString('en')],
    ...(quick ? [] : [['accounts', accounts.toLocaleString('en')]]),
    [
      'faults',
      faults.length === 0 ? 'none' : `${faults.length}${faults.length === MAX_FAULTS ? ' and maybe more' : ''}`,
    ],
  ])
  if (faults.length === 0) return summary
  const rows = faults.map(({ kind, key, message }) => [kind, message, key ?? ''])
  const table = formatTable([['KIND', 'WHAT', 'KEY'], ...rows])
  return `${summary}\n${table}\nRestore a backup, or delete ${chain} and synchronise again.\n`
}
