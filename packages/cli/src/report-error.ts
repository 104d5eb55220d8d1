import { AppError, defined, RuleError } from '@poai/core'
import type { Terminal } from '@poai/testnet/terminal'
import { EXIT_CODES, type ExitCode } from './exit-codes.ts'

/** The command line asks for something that makes no sense. One line, and what would. */
export class UsageError extends AppError<'CLI_USAGE'> {
  constructor(message: string, hint: string) {
    super('CLI_USAGE', message, { hint })
  }
}

/** The command has printed what it found, and found something wrong. */
export class CheckFailed extends AppError<'CLI_CHECK_FAILED'> {
  constructor(message: string) {
    super('CLI_CHECK_FAILED', message)
  }
}

/** Codes that are an answer and no failure: the thing was looked at, and it is not as it should be. */
const REFUTATIONS: ReadonlySet<string> = new Set([
  'CLI_CHECK_FAILED',
  'INFERENCE_DOMAIN_MISMATCH',
  'MODEL_HASH_MISMATCH',
  'MODEL_NOT_GGUF',
  'MODEL_TRUNCATED',
  'MODEL_HOSTILE',
  'STORAGE_DAMAGED',
  'STORAGE_CHAIN_FILE_DAMAGED',
  'STORAGE_CHAIN_FILE_FOREIGN',
])

/** Codes of a configuration that makes no sense: the same as a wrong command line. */
const MISCONFIGURATIONS: ReadonlySet<string> = new Set([
  'CLI_USAGE',
  'CONFIG_INVALID',
  'NETWORK_PARAMS_INVALID',
  'STORAGE_WRONG_NETWORK',
])

function exitCodeOf(error: unknown): ExitCode {
  if (error instanceof RuleError) return EXIT_CODES.refuted
  if (error instanceof AppError && MISCONFIGURATIONS.has(error.code)) return EXIT_CODES.usage
  if (error instanceof AppError) return REFUTATIONS.has(error.code) ? EXIT_CODES.refuted : EXIT_CODES.failed
  if (error instanceof Error && error.name === 'AbortError') return EXIT_CODES.interrupted
  return EXIT_CODES.failed
}

interface ErrorReport {
  readonly code: string
  readonly message: string
  readonly expected?: string
  readonly actual?: string
  readonly hint?: string
}

function reportOf(error: unknown): ErrorReport {
  if (error instanceof AppError || error instanceof RuleError) {
    const { code, message, expected, actual } = error
    const hint = error instanceof AppError ? error.hint : undefined
    return {
      code,
      message,
      ...defined({ expected: textOf(expected), actual: textOf(actual), hint }),
    }
  }
  if (error instanceof Error && error.name === 'AbortError') return { code: 'INTERRUPTED', message: 'interrupted' }
  // Not one of ours: the stack is the only clue, and it is a bug that we want to hear of.
  return { code: 'UNEXPECTED', message: error instanceof Error ? (error.stack ?? error.message) : String(error) }
}

function textOf(value: unknown): string | undefined {
  return value === undefined ? undefined : String(value)
}

/**
 * Says what went wrong: one clear line, what was expected and found, and a hint; or one JSON object. Returns the exit
 * code.
 */
export function reportError(error: unknown, terminal: Terminal, options: { readonly json: boolean }): ExitCode {
  const report = reportOf(error)
  // With --json the result that was printed says it all; a second object would break readers.
  if (error instanceof CheckFailed && options.json) return exitCodeOf(error)
  if (options.json) terminal.out(`${JSON.stringify({ error: report })}\n`)
  else {
    terminal.err(`error: ${report.message}\n`)
    if (report.expected !== undefined) terminal.err(`  expected: ${report.expected}\n`)
    if (report.actual !== undefined) terminal.err(`  found:    ${report.actual}\n`)
    if (report.hint !== undefined) terminal.err(`  hint:     ${report.hint}\n`)
  }
  return exitCodeOf(error)
}
