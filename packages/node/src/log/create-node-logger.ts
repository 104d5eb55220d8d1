import { join, resolve } from 'node:path'
import type { LogData, Logger } from '@poai/core'
import { type Logger as PinoLogger, pino } from 'pino'
import type { LogConfig } from '../config/node-config.ts'
import { humanLine } from './human-line.ts'
import { plainData } from './plain-data.ts'
import { openRotatingFile } from './rotating-file.ts'

/** Where log lines for people go: a terminal's error stream. */
export interface LogScreen {
  write(text: string): void
  /** True if somebody may be looking. */
  readonly isInteractive: boolean
}

export interface NodeLoggerOptions {
  readonly config: LogConfig
  /** What a relative log file is relative to. */
  readonly directory: string
}

/** A logger, and what must be closed after the last line. */
export interface NodeLogger {
  readonly logger: Logger
  close(): void
}

const MEBIBYTE: number = 1024 * 1024
const NO_FILE = 'none'

/** Logs to the screen, for people or as JSON, and as JSON to a file of bounded size. */
export function createNodeLogger({ config, directory }: NodeLoggerOptions, screen: LogScreen): NodeLogger {
  const { level, format, fileMb, files } = config
  const path = config.file === NO_FILE ? undefined : resolve(join(directory, '.'), config.file)
  const file = path === undefined ? undefined : openRotatingFile({ path, maxBytes: fileMb * MEBIBYTE, keep: files })
  const isForPeople = format === 'human' || (format === 'auto' && screen.isInteractive)
  const write = (line: string): void => {
    screen.write(isForPeople ? humanLine(line) : line)
    file?.write(line)
  }
  const options = { level, base: null, formatters: { level: (label: string) => ({ level: label }) } }
  return { logger: new PinoBackedLogger(pino(options, { write })), close: () => file?.close() }
}

class PinoBackedLogger implements Logger {
  readonly #pino: PinoLogger

  constructor(inner: PinoLogger) {
    this.#pino = inner
  }

  error(message: string, data: LogData = {}): void {
    this.#pino.error(plainData(data), message)
  }

  warn(message: string, data: LogData = {}): void {
    this.#pino.warn(plainData(data), message)
  }

  info(message: string, data: LogData = {}): void {
    this.#pino.info(plainData(data), message)
  }

  debug(message: string, data: LogData = {}): void {
    if (this.#pino.isLevelEnabled('debug')) this.#pino.debug(plainData(data), message)
  }

  child(data: LogData): Logger {
    return new PinoBackedLogger(this.#pino.child(plainData(data)))
  }
}
