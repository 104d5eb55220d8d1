import type { Quiz, QuizFamily } from '../quiz-family.ts'
import type { RandomStream } from '../random-stream.ts'
import { drawNumber } from './draw-number.ts'

/** Digits of an operand: each entry has the same chance. */
const OPERAND_DIGITS = [1, 1, 2, 2, 2, 3, 3, 3, 3, 4] as const

/** The sum of two numbers of one to four digits. */
export const addition: QuizFamily = { name: 'addition', draw }

function draw(stream: RandomStream): Quiz {
  const left = drawNumber(stream, stream.pick(OPERAND_DIGITS))
  const right = drawNumber(stream, stream.pick(OPERAND_DIGITS))
  const question = stream.chance(1, 4) ? `Add ${left} and ${right}.` : `${left} + ${right}?`
  return { question, answer: String(left + right) }
}
