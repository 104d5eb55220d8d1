import type { Quiz, QuizFamily } from '../quiz-family.ts'
import type { RandomStream } from '../random-stream.ts'

interface Expression {
  readonly text: string
  readonly value: boolean
}

/** The value of a boolean expression of two or three terms. */
export const logic: QuizFamily = { name: 'logic', draw }

function draw(stream: RandomStream): Quiz {
  const pair = join(stream, drawTerm(stream), drawTerm(stream))
  const expression = stream.chance(1, 3) ? pair : joinWithThird(stream, pair)
  return { question: `${expression.text}?`, answer: expression.value ? 'true' : 'false' }
}

function joinWithThird(stream: RandomStream, pair: Expression): Expression {
  const group = { text: `(${pair.text})`, value: pair.value }
  const term = drawTerm(stream)
  return stream.chance(1, 2) ? join(stream, group, term) : join(stream, term, group)
}

function drawTerm(stream: RandomStream): Expression {
  const value = stream.chance(1, 2)
  return stream.chance(1, 4) ? { text: `not ${value}`, value: !value } : { text: `${value}`, value }
}

function join(stream: RandomStream, left: Expression, right: Expression): Expression {
  const and = stream.chance(1, 2)
  const value = and ? left.value && right.value : left.value || right.value
  return { text: `${left.text} ${and ? 'and' : 'or'} ${right.text}`, value }
}
