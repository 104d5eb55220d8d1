/**
 * The `poai` command line as a function, for programs and tests that want to run commands in their own process.
 *
 * @example
 * import { runCli } from '@poai/cli'
 * const exitCode = await runCli(['model', 'list'], { terminal, environment: {}, signal, version: '0.1.0' })
 */

export type { Terminal } from '@poai/testnet/terminal'
export type { CliContext } from './cli-context.ts'
export { EXIT_CODES, type ExitCode } from './exit-codes.ts'
export { createProgram, runCli } from './program.ts'
