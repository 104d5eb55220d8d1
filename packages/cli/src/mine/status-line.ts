import type { Terminal } from '@poai/testnet/terminal'

/** How often a line is printed where lines cannot be redrawn. */
const PLAIN_INTERVAL_MS = 10_000

/** A line that stays at the bottom of a terminal, with other lines above it; elsewhere, a line now and then. */
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

  /** Prints a line that stays. */
  print(text: string): void {
    if (!this.#terminal.isInteractive) {
      this.#terminal.err(`${text}\n`)
      return
    }
    this.#terminal.err(`\r\u001b[K${text}\n`)
    this.#draw()
  }

  /** Removes the line. */
  clear(): void {
    if (this.#terminal.isInteractive && this.#text !== '') this.#terminal.err('\r\u001b[K')
    this.#text = ''
  }

  #draw(): void {
    if (this.#text !== '') this.#terminal.err(`\r${this.#text.slice(0, this.#terminal.width - 1)}\u001b[K`)
  }
}
