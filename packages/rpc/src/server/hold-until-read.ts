import type { Writable } from 'node:stream'
import type { AnswerHold } from './client-memory.ts'

/** A client has this long for any answer … */
const READ_MS = 20_000
/** … and a second more for so much of it: a slow line still gets the longest answer. */
const CHARACTERS_PER_SECOND = 128 * 1024
const SECOND_MS = 1000

/**
 * To be called after something was written: what the client does not read counts until it has, and one that does not
 * read, or drop by drop, is cut off. Returns what is to be called when all of it is out, or the connection gone.
 */
export function holdUntilRead(stream: Writable, hold: AnswerHold, characters: number): () => void {
  const cut = (): void => void stream.destroy()
  hold.letCut(cut)
  const timer = setTimeout(cut, READ_MS + Math.ceil(characters / CHARACTERS_PER_SECOND) * SECOND_MS)
  timer.unref()
  return () => {
    clearTimeout(timer)
    hold.release()
  }
}
