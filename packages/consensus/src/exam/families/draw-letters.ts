import type { RandomStream } from '../random-stream.ts'

/** The letters of quizzes with letters. */
export const ALPHABET = 'abcdefghijklmnopqrstuvwxyz'

/** `count` characters of `alphabet`, each drawn on its own. */
export function drawLetters(stream: RandomStream, count: number, alphabet: string): string {
  let letters = ''
  for (let i = 0; i < count; i++) letters += alphabet.charAt(stream.below(alphabet.length))
  return letters
}
