import type { Quiz, QuizFamily } from '../quiz-family.ts'
import type { RandomStream } from '../random-stream.ts'

const DAYS = ['Monday', 'Tuesday', 'Wednesday', 'Thursday', 'Friday', 'Saturday', 'Sunday'] as const

const MONTHS = [
  'January',
  'February',
  'March',
  'April',
  'May',
  'June',
  'July',
  'August',
  'September',
  'October',
  'November',
  'December',
] as const

/** The day or the month one to six days or months after or before another. */
export const calendar: QuizFamily = { name: 'calendar', draw }

function draw(stream: RandomStream): Quiz {
  const [unit, names]: [string, readonly string[]] = stream.chance(1, 2) ? ['day', DAYS] : ['month', MONTHS]
  const start = stream.below(names.length)
  const distance = stream.between(1, 6)
  const after = stream.chance(2, 3)
  const target = (start + (after ? distance : names.length - distance)) % names.length
  const units = distance === 1 ? unit : `${unit}s`
  return {
    question: `${distance} ${units} ${after ? 'after' : 'before'} ${names[start]}?`,
    answer: String(names[target]),
  }
}
