import type { Terminal } from '@poai/testnet/terminal'

/** What a run of the command line is given. */
export interface CliContext {
  readonly terminal: Terminal
  readonly environment: NodeJS.ProcessEnv
  /** Aborted by Ctrl-C. */
  readonly signal: AbortSignal
  readonly version: string
}
