import type { Quiz, QuizFamily } from '../quiz-family.ts'
import type { RandomStream } from '../random-stream.ts'
import { ALPHABET, drawLetters } from './draw-letters.ts'

/** Three to seven letters, backwards. */
export const reverse: QuizFamily = { name: 'reverse', draw }

function draw(stream: RandomStream): Quiz {
  const letters = drawLetters(stream, stream.between(3, 7), ALPHABET)
  const question = stream.chance(1, 4) ? `${letters} backwards?` : `Reverse ${letters}.`
  return { question, answer: [...letters].reverse().join('') }
}
