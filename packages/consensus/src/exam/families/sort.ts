import type { Quiz, QuizFamily } from '../quiz-family.ts'
import type { RandomStream } from '../random-stream.ts'
import { ALPHABET, drawLetters } from './draw-letters.ts'

const DIGITS = '0123456789'

/** Three to six digits, or three to five letters, in ascending order. */
export const sort: QuizFamily = { name: 'sort', draw }

function draw(stream: RandomStream): Quiz {
  const characters = stream.chance(1, 3)
    ? drawLetters(stream, stream.between(3, 5), ALPHABET)
    : drawLetters(stream, stream.between(3, 6), DIGITS)
  // The default order is by UTF-16 code unit: the same everywhere, unlike a locale's.
  return { question: `Sort ${characters}.`, answer: [...characters].sort().join('') }
}
