import type { Quiz, QuizFamily } from '../quiz-family.ts'
import type { RandomStream } from '../random-stream.ts'

/** The remainder of a number below 200 divided by one from 2 to 12. */
export const modulo: QuizFamily = { name: 'modulo', draw }

function draw(stream: RandomStream): Quiz {
  const dividend = stream.below(200)
  const divisor = stream.between(2, 12)
  const question = stream.chance(1, 4) ? `${dividend} % ${divisor}?` : `${dividend} mod ${divisor}?`
  return { question, answer: String(dividend % divisor) }
}
