import type { Quiz, QuizFamily } from '../quiz-family.ts'
import type { RandomStream } from '../random-stream.ts'

/** The product of a number up to 99 and one up to 9, in either order. */
export const multiplication: QuizFamily = { name: 'multiplication', draw }

function draw(stream: RandomStream): Quiz {
  const long = stream.between(2, 99)
  const short = stream.between(2, 9)
  const [left, right] = stream.chance(1, 4) ? [short, long] : [long, short]
  const question = stream.chance(1, 4) ? `${left} times ${right}?` : `${left} * ${right}?`
  return { question, answer: String(left * right) }
}
