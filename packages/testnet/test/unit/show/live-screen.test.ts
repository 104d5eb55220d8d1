import { expect, it } from 'vitest'
import { LiveScreen } from '../../../src/show/live-screen.ts'

/** A terminal of some size that understands what the screen uses. */
class Emulator {
  readonly height = 24
  readonly hasColour = false
  width: number
  readonly rows: string[] = ['']
  /** Times that a row with text in it became empty: what the eye sees as flicker. */
  blanked = 0
  #row = 0
  #column = 0

  constructor(width: number) {
    this.width = width
  }

  write(text: string): void {
    // biome-ignore lint/suspicious/noControlCharactersInRegex: that is what terminals read
    for (const [part] of text.matchAll(/\u001b\[\??[0-9;]*[A-Za-z]|\n|\r|[^\u001b\n\r]+/g)) this.#obey(part)
  }

  #obey(part: string): void {
    if (part === '\n') {
      this.#row++
      this.#column = 0
      this.rows[this.#row] ??= ''
    } else if (part === '\r') this.#column = 0
    else if (!part.startsWith('\u001b')) {
      const old = this.rows[this.#row] ?? ''
      this.rows[this.#row] = old.slice(0, this.#column) + part + old.slice(this.#column + part.length)
      this.#column += part.length
    } else if (part.endsWith('A')) this.#row -= Number(part.slice(2, -1))
    else if (part === '\u001b[K') {
      const old = this.rows[this.#row] ?? ''
      if (old !== '' && this.#column === 0) this.blanked++
      this.rows[this.#row] = old.slice(0, this.#column)
    } else if (part === '\u001b[J') {
      this.rows.splice(this.#row + 1)
      this.rows[this.#row] = (this.rows[this.#row] ?? '').slice(0, this.#column)
    } else if (part === '\u001b[2J') this.rows.splice(0, this.rows.length, '')
    else if (part === '\u001b[H') this.#row = this.#column = 0
  }
}

it('draws each picture over the last one and leaves alone what stood above', () => {
  const terminal = new Emulator(80)
  const screen = new LiveScreen(terminal)
  terminal.write('before\n')
  screen.draw(['one', 'two two', 'three'])
  expect(terminal.rows).toEqual(['before', 'one', 'two two', 'three', ''])
  screen.draw(['1', '2'])
  expect(terminal.rows).toEqual(['before', '1', '2', ''])
  screen.draw(['a', 'b', 'c', 'd'])
  expect(terminal.rows).toEqual(['before', 'a', 'b', 'c', 'd', ''])
  expect(terminal.blanked).toBe(0)
  screen.finish()
  terminal.write('after\n')
  screen.draw(['new'])
  expect(terminal.rows).toEqual(['before', 'a', 'b', 'c', 'd', 'after', 'new', ''])
})

it('begins anew on a window that became narrower', () => {
  const terminal = new Emulator(80)
  const screen = new LiveScreen(terminal)
  screen.draw(['long line', 'x'])
  terminal.width = 40
  screen.draw(['short', 'x'])
  expect(terminal.rows).toEqual(['short', 'x', ''])
})
