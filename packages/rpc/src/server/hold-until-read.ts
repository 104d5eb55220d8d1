import type { Writable } from 'node:stream'
import type { AnswerHold } from './client-memory.ts'

/** A client has this long for any answer … */
const READ_MS = 20_000
/** … and another second for this much of it: a slow line still gets the longest answer. */
const CHARACTERS_PER_SECOND = 128 * 1024
const SECOND_MS = 1000

/**
 * To be called after something was written. It counts as held until the client has read it; a client that does not
 * read, or only drop by drop, is disconnected. Returns what to call once all of it is sent, or the connection is gone.
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
