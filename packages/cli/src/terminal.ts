/** Where a command's output goes. Results go to `out`; progress, warnings and errors to `err`, so that pipes stay clean. */
export interface Terminal {
  readonly out: (text: string) => void
  readonly err: (text: string) => void
  /** False when `err` is a file or a pipe: then progress is not redrawn. */
  readonly isInteractive: boolean
  /** Columns of `err`. */
  readonly width: number
}

/** Of a terminal that does not say how wide it is. */
const DEFAULT_WIDTH = 80

/** The terminal of this process. */
export const processTerminal: Terminal = {
  out: (text) => void process.stdout.write(text),
  err: (text) => void process.stderr.write(text),
  get isInteractive() {
    return process.stderr.isTTY === true
  },
  get width() {
    return process.stderr.columns ?? DEFAULT_WIDTH
  },
}
