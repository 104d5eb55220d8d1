/**
 * Prints what exams of the first format look like and cost:
 * `node --conditions=source packages/consensus/test/perf/measure-exams.ts [exams]`.
 */

import {
  createByteVocabulary,
  createExamBuilder,
  EXAM_FORMAT_1,
  QUIZ_FAMILIES_1,
  type QuizFamily,
  type RandomStream,
} from '@poai/consensus'
import { keccak256, utf8ToBytes } from '@poai/core'

const DEFAULT_EXAMS = 20_000
const FRACTIONS = [0, 0.01, 0.05, 0.25, 0.5, 0.75, 0.95, 0.99, 1]

/** Follows the builder from outside, by the quizzes that families give out (one token a character). */
const tally = { drawn: 0, attempts: 0, left: 0, attemptBytes: 0, maxAttemptBytes: 0, bytes: 0 }

function observe(family: QuizFamily): QuizFamily {
  return {
    name: family.name,
    draw(stream: RandomStream) {
      const quiz = family.draw(stream)
      const answerTokens = quiz.answer.length + 1
      tally.drawn++
      tally.bytes = stream.bytesDrawn
      if (answerTokens > tally.left || tally.left - answerTokens === 1) return quiz
      tally.left -= answerTokens
      if (tally.left > 0) return quiz
      tally.attempts++
      tally.left = EXAM_FORMAT_1.answerTokens
      tally.maxAttemptBytes = Math.max(tally.maxAttemptBytes, tally.bytes - tally.attemptBytes)
      tally.attemptBytes = tally.bytes
      return quiz
    },
  }
}

function quantiles(values: number[]): string {
  values.sort((a, b) => a - b)
  return FRACTIONS.map((f) => `${f * 100}%: ${values[Math.round(f * (values.length - 1))]}`).join('  ')
}

const count = Number(process.argv[2] ?? DEFAULT_EXAMS)
const vocabulary = createByteVocabulary()
const seeds = Array.from({ length: count }, (_, i) => keccak256(utf8ToBytes(`poai/measure-exams/${i}`)))

const buildExam = createExamBuilder({ format: EXAM_FORMAT_1, vocabulary, families: QUIZ_FAMILIES_1 })
for (const seed of seeds.slice(0, 2000)) buildExam(seed)
const started = process.hrtime.bigint()
for (const seed of seeds) buildExam(seed)
const microseconds = Number(process.hrtime.bigint() - started) / 1000 / count

const observed = createExamBuilder({ format: EXAM_FORMAT_1, vocabulary, families: QUIZ_FAMILIES_1.map(observe) })
const shares = new Map<string, number>()
const salts: number[] = []
const bytes: number[] = []
let quizzes = 0
let firstFits = 0
for (const seed of seeds) {
  Object.assign(tally, { left: EXAM_FORMAT_1.answerTokens, attemptBytes: 0 })
  const before = tally.attempts
  const exam = observed(seed)
  if (tally.attempts === before + 1) firstFits++
  quizzes += exam.quizzes.length
  salts.push(exam.text.indexOf('\n'))
  bytes.push(tally.bytes)
  for (const quiz of exam.quizzes) shares.set(quiz.family, (shares.get(quiz.family) ?? 0) + 1)
}

console.log(`${count} exams, ${microseconds.toFixed(1)} us each`)
console.log(`quizzes an exam: ${(quizzes / count).toFixed(2)}`)
console.log(`quizzes drawn for each that stands: ${(tally.drawn / quizzes).toFixed(2)}`)
console.log(`exams that fit at the first attempt: ${((100 * firstFits) / count).toFixed(1)} %`)
console.log(`salt tokens      ${quantiles(salts)}`)
console.log(`bytes for quizzes ${quantiles(bytes)}  most in one attempt: ${tally.maxAttemptBytes}`)
for (const { name } of QUIZ_FAMILIES_1)
  console.log(`${name.padEnd(16)}${((100 * (shares.get(name) ?? 0)) / quizzes).toFixed(1)} %`)
