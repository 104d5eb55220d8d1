import type { Quiz, QuizFamily } from '../quiz-family.ts'
import type { RandomStream } from '../random-stream.ts'
import { ALPHABET, drawLetters } from './draw-letters.ts'

/** The next two or three letters of a repeating pattern, or of the alphabet from some letter on. */
export const pattern: QuizFamily = { name: 'pattern', draw }

function draw(stream: RandomStream): Quiz {
  const wanted = stream.between(2, 3)
  const [shown, answer] = stream.chance(1, 4) ? drawRun(stream, wanted) : drawRepetition(stream, wanted)
  return { question: `Next ${wanted} of ${shown}?`, answer }
}

/** Three or four letters in alphabetical order, such as "defg", and those after them. */
function drawRun(stream: RandomStream, wanted: number): [shown: string, answer: string] {
  const length = stream.between(3, 4)
  const start = stream.below(ALPHABET.length - length - wanted + 1)
  const end = start + length
  return [ALPHABET.slice(start, end), ALPHABET.slice(end, end + wanted)]
}

/** A unit of two or three letters at least twice over, cut anywhere in the next, such as "abcabca". */
function drawRepetition(stream: RandomStream, wanted: number): [shown: string, answer: string] {
  const unit = drawLetters(stream, stream.between(2, 3), ALPHABET)
  const length = 2 * unit.length + stream.below(unit.length)
  const repeated = unit.repeat(4)
  return [repeated.slice(0, length), repeated.slice(length, length + wanted)]
}
