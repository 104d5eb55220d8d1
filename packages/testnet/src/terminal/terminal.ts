/**
 * Where a command's output goes. Results go to `out`; progress, warnings and errors to `err`, so that pipes stay clean.
 */
export interface Terminal {
  readonly out: (text: string) => void
  readonly err: (text: string) => void
  /** False when `err` is a file or a pipe: then progress is not redrawn. */
  readonly isInteractive: boolean
  /** Columns of `err`. */
  readonly width: number
  /** Rows of `err`. */
  readonly height: number
  /** Whether `err` shows colours, and the user wants them. */
  readonly hasColour: boolean
}

/** The size of a terminal that does not say. */
const DEFAULT_WIDTH = 80
const DEFAULT_HEIGHT = 24

/** The terminal of this process. */
export const processTerminal: Terminal = {
  out: (text) => void process.stdout.write(text),
  err: (text) => void process.stderr.write(text),
  get isInteractive() {
    return process.stderr.isTTY === true && process.env['TERM'] !== 'dumb'
  },
  get width() {
    return process.stderr.columns ?? DEFAULT_WIDTH
  },
  get height() {
    return process.stderr.rows ?? DEFAULT_HEIGHT
  },
  get hasColour() {
    // By https://no-color.org, any value of the variable but an empty one turns colours off.
    return process.stderr.isTTY === true && !process.env['NO_COLOR'] && process.stderr.hasColors()
  },
}
