import { AppError, defined, RuleError } from '@poai/core'
import type { Terminal } from '@poai/testnet/terminal'
import { EXIT_CODES, type ExitCode } from './exit-codes.ts'

/** The command line is wrong: what is wrong in one line, and what would be right. */
export class UsageError extends AppError<'CLI_USAGE'> {
  constructor(message: string, hint: string) {
    super('CLI_USAGE', message, { hint })
  }
}

/** The command has printed its result, and the result is that something is wrong. */
export class CheckFailed extends AppError<'CLI_CHECK_FAILED'> {
  constructor(message: string) {
    super('CLI_CHECK_FAILED', message)
  }
}

/** Codes of findings, not failures: the check worked, and its subject is not as it should be. */
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

/** Codes of a wrong configuration, which counts as a wrong command line. */
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
  // An unexpected error is a bug, and its stack is the only clue.
  return { code: 'UNEXPECTED', message: error instanceof Error ? (error.stack ?? error.message) : String(error) }
}

function textOf(value: unknown): string | undefined {
  return value === undefined ? undefined : String(value)
}

/**
 * Says what went wrong, what was expected, what was found and what to do; or prints one JSON object. Returns the exit
 * code.
 */
export function reportError(error: unknown, terminal: Terminal, options: { readonly json: boolean }): ExitCode {
  const report = reportOf(error)
  // With --json the printed result says it all; a second object would break readers.
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
