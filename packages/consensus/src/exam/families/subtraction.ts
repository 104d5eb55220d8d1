import type { Quiz, QuizFamily } from '../quiz-family.ts'
import type { RandomStream } from '../random-stream.ts'
import { drawNumber } from './draw-number.ts'

/** Digits of an operand: each entry has the same chance. */
const OPERAND_DIGITS = [1, 2, 2, 3, 3, 3] as const

/** The difference of two numbers of one to three digits, the larger first. */
export const subtraction: QuizFamily = { name: 'subtraction', draw }

function draw(stream: RandomStream): Quiz {
  const first = drawNumber(stream, stream.pick(OPERAND_DIGITS))
  const second = drawNumber(stream, stream.pick(OPERAND_DIGITS))
  const [larger, smaller] = first < second ? [second, first] : [first, second]
  const question = stream.chance(1, 4) ? `Take ${smaller} from ${larger}.` : `${larger} - ${smaller}?`
  return { question, answer: String(larger - smaller) }
}
