import type { Writable } from 'node:stream'

/** Characters that are encoded at a time: a longer piece would block the thread, and would be in memory twice. */
export const PIECE_CHARACTERS: number = 512 * 1024
const LOW_SURROGATE = 0xdc00
const LAST_SURROGATE = 0xdfff

/**
 * Writes a long text piece by piece, each once the one before was accepted. Resolves when all is sent or the stream is
 * gone.
 */
export async function writePieces(stream: Writable, text: string, encoding: 'latin1' | 'utf8'): Promise<void> {
  for (let at = 0; at < text.length; ) {
    const end = endOfPiece(text, at + PIECE_CHARACTERS)
    const failure = await new Promise<Error | null | undefined>((resolve) => {
      stream.write(text.slice(at, end), encoding, resolve)
    })
    if (failure || stream.destroyed) return
    at = end
  }
}

/** Never between the halves of one character. */
function endOfPiece(text: string, end: number): number {
  const next = text.charCodeAt(end)
  return next >= LOW_SURROGATE && next <= LAST_SURROGATE ? end + 1 : end
}
