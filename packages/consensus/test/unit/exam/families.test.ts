import { QUIZ_FAMILIES_1, RandomStream } from '@poai/consensus'
import { describe, expect, it } from 'vitest'
import { MAX_ANSWER_LENGTH, MAX_QUESTION_LENGTH } from '../../../src/exam/quiz-family.ts'
import { answerOf } from './answer-oracle.ts'
import { seedOf } from './seed-of.ts'

const QUIZZES = 3000

describe.each(QUIZ_FAMILIES_1)('family $name', ({ name, draw }) => {
  const stream = new RandomStream(seedOf(`families/${name}`))
  const quizzes = Array.from({ length: QUIZZES }, () => draw(stream))

  it('gives the answer that its question has', () => {
    for (const { question, answer } of quizzes)
      expect(`${question} ${answer}`).toBe(`${question} ${answerOf(question)}`)
  })

  it('stays within the lengths of questions and answers, in printable ASCII', () => {
    for (const { question, answer } of quizzes) {
      expect(question).toMatch(new RegExp(`^[ -~]{1,${MAX_QUESTION_LENGTH}}$`))
      expect(answer).toMatch(new RegExp(`^[ -~]{1,${MAX_ANSWER_LENGTH}}$`))
    }
  })

  it('asks many different questions', () => {
    // The calendar has 228 questions, the smallest number of all families.
    expect(new Set(quizzes.map((quiz) => quiz.question)).size).toBeGreaterThan(200)
  })

  it('is a pure function of the stream', () => {
    const again = new RandomStream(seedOf(`families/${name}`))
    expect(Array.from({ length: 100 }, () => draw(again))).toEqual(quizzes.slice(0, 100))
  })
})

describe('quiz families', () => {
  it('have distinct names', () => {
    expect(new Set(QUIZ_FAMILIES_1.map((family) => family.name)).size).toBe(QUIZ_FAMILIES_1.length)
  })
})
