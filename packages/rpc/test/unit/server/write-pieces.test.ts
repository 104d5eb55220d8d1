import { Writable } from 'node:stream'
import { expect, it } from 'vitest'
import { PIECE_CHARACTERS, writePieces } from '../../../src/server/write-pieces.ts'

function collect(): { readonly stream: Writable; readonly pieces: Buffer[] } {
  const pieces: Buffer[] = []
  const stream = new Writable({
    write: (piece: Buffer, _, done) => {
      pieces.push(piece)
      done()
    },
  })
  return { stream, pieces }
}

it.each([
  ['one piece', 'a'.repeat(PIECE_CHARACTERS), 1],
  ['one character more', 'a'.repeat(PIECE_CHARACTERS + 1), 2],
  ['a character of two halves on the border', `${'a'.repeat(PIECE_CHARACTERS - 1)}😀b`, 2],
])('writes %s as it is', async (_, text, count) => {
  const { stream, pieces } = collect()
  await writePieces(stream, text, 'utf8')
  expect(pieces).toHaveLength(count)
  expect(Buffer.concat(pieces).toString('utf8')).toBe(text)
})

it('ends when the stream is gone', async () => {
  const { stream } = collect()
  stream.on('error', () => undefined)
  stream.destroy()
  await writePieces(stream, 'a'.repeat(3 * PIECE_CHARACTERS), 'latin1')
  expect(stream.destroyed).toBe(true)
})
