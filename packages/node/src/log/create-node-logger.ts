import { resolve } from 'node:path'
import type { LogData, Logger } from '@poai/core'
import { type Logger as PinoLogger, pino } from 'pino'
import type { LogConfig } from '../config/node-config.ts'
import { humanLine } from './human-line.ts'
import { plainData } from './plain-data.ts'
import { openRotatingFile, type RotatingFile } from './rotating-file.ts'

/** Where log lines for people go, such as a terminal's error stream. */
export interface LogScreen {
  write(text: string): void
  /** True if somebody may be watching. */
  readonly isInteractive: boolean
}

export interface NodeLoggerOptions {
  readonly config: LogConfig
  /** The folder that a relative path of the log file starts from. */
  readonly directory: string
}

/** A logger and its file. */
export interface NodeLogger {
  readonly logger: Logger
  /** Sends lines to the file too from now on. Call it once the data directory belongs to this process alone. */
  openFile(): void
  /** Call it after the last line. */
  close(): void
}

const MEBIBYTE: number = 1024 * 1024
const NO_FILE = 'none'

/** Logs to the screen, for people or as JSON, and to a file of bounded size as JSON. */
export function createNodeLogger({ config, directory }: NodeLoggerOptions, screen: LogScreen): NodeLogger {
  const { level, format, fileMb, files } = config
  const isForPeople = format === 'human' || (format === 'auto' && screen.isInteractive)
  let file: RotatingFile | undefined
  const write = (line: string): void => {
    screen.write(isForPeople ? humanLine(line) : line)
    file?.write(line)
  }
  const options = { level, base: null, formatters: { level: (label: string) => ({ level: label }) } }
  return {
    logger: new PinoBackedLogger(pino(options, { write })),
    openFile: () => {
      if (config.file === NO_FILE || file !== undefined) return
      file = openRotatingFile({ path: resolve(directory, config.file), maxBytes: fileMb * MEBIBYTE, keep: files })
    },
    close: () => file?.close(),
  }
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
