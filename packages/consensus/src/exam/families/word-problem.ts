import type { Quiz, QuizFamily } from '../quiz-family.ts'
import type { RandomStream } from '../random-stream.ts'

const PEOPLE = ['Ann', 'Bob', 'Eve', 'Ian', 'Kim', 'Leo', 'Mia', 'Sam'] as const
const THINGS = ['eggs', 'figs', 'nuts', 'pies'] as const

/** A story of two steps: things come and go, or lie in bags and some are lost. No count falls below 0. */
export const wordProblem: QuizFamily = { name: 'word-problem', draw }

function draw(stream: RandomStream): Quiz {
  switch (stream.below(3)) {
    case 0:
      return drawGotThenAte(stream)
    case 1:
      return drawAteThenGot(stream)
    default:
      return drawBags(stream)
  }
}

function drawGotThenAte(stream: RandomStream): Quiz {
  const person = stream.pick(PEOPLE)
  const had = stream.between(2, 50)
  const got = stream.between(1, 20)
  const ate = stream.between(1, had + got < 9 ? had + got : 9)
  return { question: `${person} had ${had}, got ${got}, ate ${ate}. Left?`, answer: String(had + got - ate) }
}

function drawAteThenGot(stream: RandomStream): Quiz {
  const person = stream.pick(PEOPLE)
  const had = stream.between(2, 50)
  const ate = stream.between(1, had < 9 ? had : 9)
  const got = stream.between(1, 20)
  return { question: `${person} had ${had}, ate ${ate}, got ${got}. Left?`, answer: String(had - ate + got) }
}

function drawBags(stream: RandomStream): Quiz {
  const things = stream.pick(THINGS)
  const bags = stream.between(2, 9)
  const each = stream.between(2, 9)
  const lost = stream.between(1, bags * each < 9 ? bags * each : 9)
  return {
    question: `${bags} bags of ${each} ${things}, ${lost} lost. Left?`,
    answer: String(bags * each - lost),
  }
}
