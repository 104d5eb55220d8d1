import type { Readable } from 'node:stream'

/** Characters of a worker's error output that are kept for the error message. */
const LAST_WORDS_LENGTH = 2048

/** Keeps the end of what `output` says. */
export function keepLastWords(output: Readable | null): () => string {
  let words = ''
  output?.setEncoding('utf8').on('data', (text: string) => {
    words = (words + text).slice(-LAST_WORDS_LENGTH)
  })
  return () => words.trim()
}
