import { rm } from 'node:fs/promises'
import { join } from 'node:path'
import { createReplayVerifier, type ExamEvaluator } from '@poai/consensus'
import { bytesToHex, defined } from '@poai/core'
import { createBlockStore, RETENTIONS } from '@poai/storage'
import { formatSeconds, formatTable } from '@poai/testnet/terminal'
import type { Command } from 'commander'
import type { CliContext } from '../cli-context.ts'
import { type DataDirectory, findDataDirectory } from '../data-directory.ts'
import { createTerminalLogger } from '../db/terminal-logger.ts'
import { type OpenDatabase, withDatabase } from '../db/with-database.ts'
import { withReplayingChain } from '../db/with-replaying-chain.ts'
import { createEveryModel } from '../engine/every-model.ts'
import { setUpNetworkEngine } from '../engine/set-up-network-engine.ts'
import { wholeNumber } from '../parse-options.ts'
import { createCountBar } from '../progress-bar.ts'
import { CheckFailed, UsageError } from '../report-error.ts'
import { openRangeProgress } from '../verify/range-progress.ts'
import { type VerifyOptions, type VerifyReport, verifyByRebuilding } from '../verify/verify-chain.ts'
import { verifyRange } from '../verify/verify-range.ts'
import { type DbOptions, dbCommand } from './db/db-command.ts'
import { installationOf, printResult } from './leaf-command.ts'
import { workersOption } from './workers-option.ts'

interface VerifyCommandOptions extends DbOptions {
  readonly from?: number
  readonly to?: number
  readonly workers?: number
}

/** Kept beside the database: the chain that is rebuilt, and how far a range has come. */
const REBUILT = 'verify'
const PROGRESS_FILE = 'verify.json'
/** How often the progress of a range is saved, in blocks: every few seconds. */
const SAVE_EVERY = 64n

/** Adds `poai verify`. */
export function addVerifyCommand(program: Command, context: CliContext): void {
  const height = wholeNumber(1, Number.MAX_SAFE_INTEGER)
  dbCommand(program, 'verify', {
    summary: 'check the whole chain of a stopped node, or a range of it',
    details:
      'Trusts nothing in the database: replays and executes every block from the first, or only replays those of a ' +
      'range. Continues where it was interrupted.',
    examples: ['verify', 'verify --data-dir /var/lib/poai --workers 8', 'verify --from 1000 --to 2000 --json'],
  })
    .option('--from <block>', 'first block of a range, whose blocks are replayed but not executed', height)
    .option('--to <block>', 'last block of a range', height)
    .addOption(workersOption())
    .action((options: VerifyCommandOptions) => verify(context, options))
}

async function verify(context: CliContext, options: VerifyCommandOptions): Promise<void> {
  const directory = await findDataDirectory(options, context.environment)
  const installation = installationOf(options, context)
  const choice = defined({ workers: options.workers })
  const { engine } = await setUpNetworkEngine(installation, directory.params, choice)
  const { evaluator, run } = createEveryModel({ installation, params: directory.params, engine }, context.signal)
  const began = performance.now()
  const isRange = options.from !== undefined || options.to !== undefined
  // The database comes first: a lock shows at once, and the engine takes a while.
  const report = await withDatabase(directory, 'look', (database) =>
    run(() =>
      isRange
        ? verifyPart(context, { database, directory, evaluator, options })
        : verifyWhole(context, { database, directory, evaluator }),
    ),
  )
  printReport(context, options, { directory, report, seconds: (performance.now() - began) / 1000, isRange })
  if (report.fault !== undefined) {
    const { number, error } = report.fault
    throw new CheckFailed(`block ${number} is bad: ${error.message} (${error.code})`)
  }
}

interface Subject {
  readonly database: OpenDatabase
  readonly directory: DataDirectory
  readonly evaluator: ExamEvaluator
}

async function verifyWhole(context: CliContext, { database, directory, evaluator }: Subject): Promise<VerifyReport> {
  const blocks = createBlockStore(database.store, database.codecs)
  const path = join(directory.path, REBUILT)
  const scratch = { path, chain: join(path, 'chain'), params: directory.params }
  const dependencies = {
    evaluator,
    retention: RETENTIONS.light,
    logger: createTerminalLogger(context.terminal),
  }
  const report = await withReplayingChain(scratch, dependencies, (chain) =>
    withBar(context, { total: blocks.head()?.number ?? 0n, done: chain.head().number }, (options) =>
      verifyByRebuilding(blocks, chain, options),
    ),
  )
  if (report.fault === undefined) await rm(path, { recursive: true, force: true })
  return report
}

async function verifyPart(
  context: CliContext,
  { database, directory, evaluator, options }: Subject & { readonly options: VerifyCommandOptions },
): Promise<VerifyReport> {
  const blocks = createBlockStore(database.store, database.codecs)
  const range = rangeOf(options, blocks.head()?.number ?? 0n)
  const progress = openRangeProgress(join(directory.path, PROGRESS_FILE), range, blocks)
  const from = await progress.load()
  const verifier = createReplayVerifier(directory.params, {
    evaluator,
    logger: createTerminalLogger(context.terminal),
  })
  const saves: Promise<void>[] = []
  const report = await withBar(context, { total: range.to, done: from - 1n }, (inner) => {
    const onBlock = (number: bigint): void => {
      inner.onBlock(number)
      if (number % SAVE_EVERY === 0n) saves.push(progress.save(number))
    }
    return verifyRange({ from, to: range.to }, { params: directory.params, blocks, verifier }, { ...inner, onBlock })
  }).finally(() => Promise.all(saves))
  if (report.fault === undefined) await progress.clear()
  return report
}

function rangeOf({ from, to }: VerifyCommandOptions, head: bigint): { readonly from: bigint; readonly to: bigint } {
  const range = { from: BigInt(from ?? 1), to: to === undefined ? head : BigInt(to) }
  if (range.from <= range.to && range.to <= head) return range
  throw new UsageError(
    `there are no blocks ${range.from} to ${range.to}: the chain ends at ${head}`,
    'choose blocks that the chain has',
  )
}

async function withBar(
  { terminal, signal }: CliContext,
  { total, done }: { readonly total: bigint; readonly done: bigint },
  work: (options: VerifyOptions) => Promise<VerifyReport>,
): Promise<VerifyReport> {
  const bar = createCountBar(terminal)
  const update = (number: bigint): void =>
    bar.update({ label: 'verifying', done: Number(number), total: Number(total) })
  update(done)
  try {
    return await work({ signal, onBlock: update })
  } catch (error) {
    if (signal.aborted) terminal.err('interrupted: the same command continues from here\n')
    throw error
  } finally {
    bar.finish()
  }
}

interface Finding {
  readonly directory: DataDirectory
  readonly report: VerifyReport
  readonly seconds: number
  readonly isRange: boolean
}

function printReport(
  context: CliContext,
  options: VerifyCommandOptions,
  { directory, report, seconds, isRange }: Finding,
): void {
  const { verified, lastGood, fault } = report
  const result = {
    ...{ network: directory.params.name, database: directory.chain, verified, seconds },
    scope: isRange ? 'headers, work and bodies' : 'everything',
    lastGood: lastGood === undefined ? null : Number(lastGood),
    fault:
      fault === undefined
        ? null
        : { block: Number(fault.number), code: fault.error.code, message: fault.error.message },
  }
  printResult(context, options, result, () =>
    formatTable([
      ['network', directory.params.name],
      ['database', directory.chain],
      ['verified', `${verified.toLocaleString('en')} blocks: ${result.scope} (${formatSeconds(seconds)})`],
      ['good up to', lastGood === undefined ? 'nothing' : `block ${lastGood}`],
      ...(fault === undefined ? [] : [['BAD', `block ${fault.number}: ${describe(fault.error)}`]]),
    ]),
  )
}

function describe({ message, expected, actual }: { message: string; expected?: unknown; actual?: unknown }): string {
  const text = (value: unknown): string => (value instanceof Uint8Array ? bytesToHex(value) : String(value))
  return expected === undefined ? message : `${message}; expected ${text(expected)}, found ${text(actual)}`
}
