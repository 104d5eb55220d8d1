import type { LogData, Logger } from '@poai/core'

/** What a logger was told. */
export interface LogEntry {
  readonly level: 'error' | 'warn' | 'info' | 'debug'
  readonly message: string
  readonly data: LogData
}

/** Keeps what it is told. */
export class RecordingLogger implements Logger {
  readonly entries: LogEntry[] = []

  /** Messages of a level, in their order. */
  messages(level: LogEntry['level']): readonly string[] {
    return this.entries.filter((entry) => entry.level === level).map(({ message }) => message)
  }

  error(message: string, data: LogData = {}): void {
    this.entries.push({ level: 'error', message, data })
  }

  warn(message: string, data: LogData = {}): void {
    this.entries.push({ level: 'warn', message, data })
  }

  info(message: string, data: LogData = {}): void {
    this.entries.push({ level: 'info', message, data })
  }

  debug(message: string, data: LogData = {}): void {
    this.entries.push({ level: 'debug', message, data })
  }

  child(): Logger {
    return this
  }
}
