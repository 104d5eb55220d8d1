/** What happened, in numbers and names: logged beside a constant message. Never secrets. */
export type LogData = Readonly<Record<string, unknown>>

/**
 * Where a component tells what it does. `error` needs a person, `warn` may soon, `info` is a sparse change of state.
 */
export interface Logger {
  error(message: string, data?: LogData): void
  warn(message: string, data?: LogData): void
  info(message: string, data?: LogData): void
  debug(message: string, data?: LogData): void
  /** A logger that adds `data` to everything it logs. */
  child(data: LogData): Logger
}

function ignore(): void {}

/** A logger that says nothing. */
export const silentLogger: Logger = {
  error: ignore,
  warn: ignore,
  info: ignore,
  debug: ignore,
  child: () => silentLogger,
}
