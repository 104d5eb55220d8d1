import type { Quiz, QuizFamily } from '../quiz-family.ts'
import type { RandomStream } from '../random-stream.ts'

/** The next term of an arithmetic sequence that goes up or, less often, down. No term is below 1. */
export const sequence: QuizFamily = { name: 'sequence', draw }

function draw(stream: RandomStream): Quiz {
  const lowest = stream.between(1, 60)
  const step = stream.between(1, 12)
  const shown = stream.between(3, 4)
  const terms: number[] = []
  for (let i = 0; i <= shown; i++) terms.push(lowest + i * step)
  if (stream.chance(1, 3)) terms.reverse()
  const list = terms.slice(0, shown).join(', ')
  const question = stream.chance(1, 2) ? `Next: ${list}?` : `${list}, then?`
  return { question, answer: String(terms[shown]) }
}
