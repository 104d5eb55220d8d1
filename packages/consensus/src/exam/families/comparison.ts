import type { Quiz, QuizFamily } from '../quiz-family.ts'
import type { RandomStream } from '../random-stream.ts'
import { drawNumber } from './draw-number.ts'

/** Digits of an operand: each entry has the same chance. */
const OPERAND_DIGITS = [1, 2, 2, 3, 3, 3] as const

/** How far apart two close numbers are at most: the last digits must be read. */
const NEAR = 9

/** Whether one number is more (or less) than another; equal numbers are neither. */
export const comparison: QuizFamily = { name: 'comparison', draw }

function draw(stream: RandomStream): Quiz {
  const left = drawNumber(stream, stream.pick(OPERAND_DIGITS))
  const right = stream.chance(1, 3) ? drawNear(stream, left) : drawNumber(stream, stream.pick(OPERAND_DIGITS))
  const more = stream.chance(1, 2)
  const holds = more ? left > right : left < right
  const question = stream.chance(1, 2)
    ? `${left} ${more ? '>' : '<'} ${right}?`
    : `Is ${left} ${more ? 'more' : 'less'} than ${right}?`
  return { question, answer: holds ? 'yes' : 'no' }
}

function drawNear(stream: RandomStream, value: number): number {
  const near = value + stream.between(-NEAR, NEAR)
  return near < 0 ? 0 : near
}
