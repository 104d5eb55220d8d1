import type { Terminal } from '@poai/testnet/terminal'

/** Between two lines where a line cannot be rewritten. */
const PLAIN_INTERVAL_MS = 10_000

/** One line that is always the last one of a terminal; elsewhere a line now and then. Other lines go above it. */
export class StatusLine {
  readonly #terminal: Terminal
  readonly #nowMs: () => number
  #text = ''
  #nextPlainMs = 0

  constructor(terminal: Terminal, nowMs: () => number = performance.now.bind(performance)) {
    this.#terminal = terminal
    this.#nowMs = nowMs
  }

  update(text: string): void {
    this.#text = text
    if (this.#terminal.isInteractive) this.#draw()
    else if (this.#nowMs() >= this.#nextPlainMs) {
      this.#nextPlainMs = this.#nowMs() + PLAIN_INTERVAL_MS
      this.#terminal.err(`${text}\n`)
    }
  }

  /** A line that stays. */
  print(text: string): void {
    if (!this.#terminal.isInteractive) {
      this.#terminal.err(`${text}\n`)
      return
    }
    this.#terminal.err(`\r\u001b[K${text}\n`)
    this.#draw()
  }

  /** Takes the line away. */
  clear(): void {
    if (this.#terminal.isInteractive && this.#text !== '') this.#terminal.err('\r\u001b[K')
    this.#text = ''
  }

  #draw(): void {
    if (this.#text !== '') this.#terminal.err(`\r${this.#text.slice(0, this.#terminal.width - 1)}\u001b[K`)
  }
}
