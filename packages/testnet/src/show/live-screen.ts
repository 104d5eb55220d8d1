import type { Canvas } from './paint.ts'

/** Where a changing picture is drawn. */
export interface Screen extends Canvas {
  write(text: string): void
}

const HIDE_CURSOR = '\u001b[?25l'
const SHOW_CURSOR = '\u001b[?25h'
/** Makes terminals that know it show a frame all at once; others ignore it. */
const BEGIN_FRAME = '\u001b[?2026h'
const END_FRAME = '\u001b[?2026l'
const CLEAR_LINE_END = '\u001b[K'
const CLEAR_BELOW = '\u001b[J'
const CLEAR_ALL = '\u001b[2J\u001b[H'

/**
 * A picture at the bottom of a terminal, redrawn in place line by line. Nothing is cleared before it is overwritten, so
 * nothing flickers, and earlier output stays in the scrollback.
 */
export class LiveScreen {
  readonly #screen: Screen
  #drawn = 0
  #width = 0

  constructor(screen: Screen) {
    this.#screen = screen
  }

  /** Replaces the picture. The lines must be no wider than the screen, and fewer than its rows. */
  draw(lines: readonly string[]): void {
    const { width } = this.#screen
    // A narrower window wraps lines, and they can no longer be counted.
    const isResized = this.#drawn > 0 && width < this.#width
    const start = isResized ? CLEAR_ALL : this.#drawn === 0 ? '' : `\u001b[${this.#drawn}A`
    const body = lines.map((line) => `${line}${CLEAR_LINE_END}\n`).join('')
    this.#screen.write(`${BEGIN_FRAME}${HIDE_CURSOR}\r${start}${body}${CLEAR_BELOW}${SHOW_CURSOR}${END_FRAME}`)
    this.#drawn = lines.length
    this.#width = width
  }

  /** Leaves the last picture in place. */
  finish(): void {
    if (this.#drawn > 0) this.#screen.write(SHOW_CURSOR)
    this.#drawn = 0
  }
}
