import type { Quiz, QuizFamily } from '../quiz-family.ts'
import type { RandomStream } from '../random-stream.ts'

/** Half of the alphabet: counting is the hardest family, and fewer letters make it learnable. */
const COUNTED_LETTERS = 'abcdefghijkl'

/** How often a letter stands in a word of four to seven letters. */
export const count: QuizFamily = { name: 'count', draw }

function draw(stream: RandomStream): Quiz {
  const letter = drawLetter(stream)
  const length = stream.between(4, 7)
  let word = ''
  let found = 0
  for (let i = 0; i < length; i++) {
    const next = stream.chance(1, 3) ? letter : drawLetter(stream)
    if (next === letter) found++
    word += next
  }
  return { question: `Count ${letter} in ${word}.`, answer: String(found) }
}

function drawLetter(stream: RandomStream): string {
  return COUNTED_LETTERS.charAt(stream.below(COUNTED_LETTERS.length))
}
