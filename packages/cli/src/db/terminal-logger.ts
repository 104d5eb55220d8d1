import type { LogData, Logger } from '@poai/core'
import type { Terminal } from '@poai/testnet/terminal'

/** Warnings and errors as lines on the terminal, for commands that work with parts of a node. */
export function createTerminalLogger(terminal: Pick<Terminal, 'err'>): Logger {
  const write = (level: string) => (message: string, data?: LogData) =>
    terminal.err(`${level}: ${message}${data === undefined ? '' : ` ${describe(data)}`}\n`)
  const logger: Logger = {
    error: write('error'),
    warn: write('warning'),
    info: () => undefined,
    debug: () => undefined,
    child: () => logger,
  }
  return logger
}

function describe(data: LogData): string {
  return Object.entries(data)
    .map(([name, value]) => `${name}=${value instanceof Error ? value.message : String(value)}`)
    .join(' ')
}
