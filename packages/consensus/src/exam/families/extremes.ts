import type { Quiz, QuizFamily } from '../quiz-family.ts'
import type { RandomStream } from '../random-stream.ts'
import { drawNumber } from './draw-number.ts'

/** Digits of a number: each entry has the same chance. */
const NUMBER_DIGITS = [1, 2, 2, 3, 3, 3] as const

/** The largest or the smallest of three or four numbers. */
export const extremes: QuizFamily = { name: 'extremes', draw }

function draw(stream: RandomStream): Quiz {
  const count = stream.between(3, 4)
  const numbers: number[] = []
  while (numbers.length < count) numbers.push(drawNumber(stream, stream.pick(NUMBER_DIGITS)))
  const largest = stream.chance(1, 2)
  const answer = numbers.reduce((best, number) => ((largest ? number > best : number < best) ? number : best))
  return { question: `${largest ? 'Max' : 'Min'} of ${numbers.join(', ')}?`, answer: String(answer) }
}
