import {
  createByteVocabulary,
  createExamBuilder,
  EXAM_FORMAT_1,
  type Exam,
  type ExamFormat,
  type ExamVocabulary,
  QUIZ_FAMILIES_1,
} from '@poai/consensus'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { answerOf } from './answer-oracle.ts'
import { createPieceVocabulary } from './piece-vocabulary.ts'
import { seedOf } from './seed-of.ts'

/** Fixed, so that a run tells the same on every machine. */
const RUNS = { seed: 1, numRuns: 300 }

const anySeed = fc.uint8Array({ minLength: 32, maxLength: 32 })
const bytes = createByteVocabulary()

const CASES: readonly { name: string; vocabulary: ExamVocabulary; format: ExamFormat }[] = [
  { name: 'bytes, first format', vocabulary: bytes, format: EXAM_FORMAT_1 },
  { name: 'bytes, short', vocabulary: bytes, format: { tokens: 64, answerTokens: 5, minSaltTokens: 12, probes: 4 } },
  { name: 'bytes, long', vocabulary: bytes, format: { tokens: 400, answerTokens: 40, minSaltTokens: 20, probes: 0 } },
  { name: 'pieces, first format', vocabulary: createPieceVocabulary(), format: EXAM_FORMAT_1 },
  {
    name: 'pieces, short',
    vocabulary: createPieceVocabulary(),
    format: { tokens: 96, answerTokens: 12, minSaltTokens: 12, probes: 64 },
  },
]

describe.each(CASES)('exams of $name', ({ vocabulary, format }) => {
  const buildExam = createExamBuilder({ vocabulary, format, families: QUIZ_FAMILIES_1 })

  function holds(check: (exam: Exam) => void): void {
    fc.assert(
      fc.property(anySeed, (seed) => check(buildExam(seed))),
      RUNS,
    )
  }

  it('have exactly the lengths of the format', () => {
    holds((exam) => {
      expect(exam.tokens).toHaveLength(format.tokens)
      expect(exam.answerPositions).toHaveLength(format.answerTokens)
      expect(exam.probes).toHaveLength(format.probes)
    })
  })

  it('are begin, salt, line end, and the parts of the quizzes, encoded apart', () => {
    holds((exam) => {
      const parts = exam.quizzes.flatMap(({ question, answer }) => [
        ...vocabulary.encode(`Q: ${question}\nA: `),
        ...vocabulary.encode(`${answer}\n`),
      ])
      const saltEnd = format.tokens - parts.length - 1
      const salt = exam.tokens.slice(vocabulary.begin.length, saltEnd)
      expect(salt.length).toBeGreaterThanOrEqual(format.minSaltTokens)
      expect([...exam.tokens]).toEqual([...vocabulary.begin, ...salt, vocabulary.newline, ...parts])
      const symbols = Array.from(salt, (token) => vocabulary.saltSymbols.find((symbol) => symbol.token === token)?.text)
      const lines = exam.quizzes.map(({ question, answer }) => `Q: ${question}\nA: ${answer}\n`)
      expect(exam.text).toBe(`${symbols.join('')}\n${lines.join('')}`)
    })
  })

  it('mark the tokens of the answers and nothing else', () => {
    holds((exam) => {
      const marked = exam.quizzes.flatMap((quiz) => {
        const answerPart = vocabulary.encode(`${quiz.answer}\n`)
        expect(quiz.answerTokens).toBe(answerPart.length)
        const end = quiz.firstAnswerPosition + quiz.answerTokens
        expect([...exam.tokens.slice(quiz.firstAnswerPosition, end)]).toEqual(answerPart)
        return answerPart.map((_, i) => quiz.firstAnswerPosition + i)
      })
      expect([...exam.answerPositions]).toEqual(marked)
      expect(marked.at(-1)).toBe(format.tokens - 1)
    })
  })

  it('ask questions that have the given answers', () => {
    holds((exam) => {
      for (const { question, answer } of exam.quizzes) expect(answer).toBe(answerOf(question))
    })
  })

  it('have distinct probes within the vocabulary', () => {
    holds((exam) => {
      expect(new Set(exam.probes).size).toBe(format.probes)
      for (const probe of exam.probes) expect(probe).toBeLessThan(vocabulary.size)
    })
  })

  it('come out the same again', () => {
    fc.assert(
      fc.property(anySeed, (seed) => {
        expect(buildExam(seed)).toEqual(buildExam(seed.slice()))
      }),
      { ...RUNS, numRuns: 50 },
    )
  })
})

describe('exams of different seeds', () => {
  const buildExam = createExamBuilder({ vocabulary: bytes, format: EXAM_FORMAT_1, families: QUIZ_FAMILIES_1 })

  it('share a begin token and at most six salt tokens', () => {
    // 4,096 seeds make 2^23 pairs; a pair shares seven symbols of 64 with probability 2^-42: one chance in 2^19 that
    // any does.
    const texts = Array.from({ length: 4096 }, (_, i) => buildExam(seedOf(`prefix/${i}`)).text).sort()
    for (let i = 1; i < texts.length; i++) {
      expect((texts[i] ?? '').slice(0, 7)).not.toBe((texts[i - 1] ?? '').slice(0, 7))
    }
  })

  it('draw every family', () => {
    const names = Array.from({ length: 200 }, (_, i) => buildExam(seedOf(`every/${i}`)).quizzes.map((q) => q.family))
    expect([...new Set(names.flat())].sort()).toEqual(QUIZ_FAMILIES_1.map((family) => family.name).sort())
  })
})

describe('createExamBuilder', () => {
  const options = { vocabulary: bytes, format: EXAM_FORMAT_1, families: QUIZ_FAMILIES_1 }

  it('refuses a format that cannot hold its answers', () => {
    const format = { ...EXAM_FORMAT_1, tokens: 36 }
    expect(() => createExamBuilder({ ...options, format })).toThrow(
      expect.objectContaining({ code: 'CONSENSUS_EXAM_FORMAT_INVALID', actual: '36' }),
    )
  })

  it('refuses an empty list of families', () => {
    expect(() => createExamBuilder({ ...options, families: [] })).toThrow(
      expect.objectContaining({ code: 'CONSENSUS_EXAM_FAMILIES_INVALID' }),
    )
  })

  it.each([31, 33])('refuses a seed of %i bytes', (length) => {
    expect(() => createExamBuilder(options)(new Uint8Array(length))).toThrow(/^seed of a random stream/)
  })

  it('ends with an error where the families can never fill the answers', () => {
    const families = [{ name: 'endless', draw: () => ({ question: 'Say much.', answer: 'x'.repeat(16) }) }]
    expect(() => createExamBuilder({ ...options, families })(seedOf('endless'))).toThrow(/^random stream ran out/)
  })

  it('ends with an error where the questions are always too long', () => {
    const families = [{ name: 'long', draw: () => ({ question: 'x'.repeat(56), answer: 'yes' }) }]
    expect(() => createExamBuilder({ ...options, families })(seedOf('long'))).toThrow(/^random stream ran out/)
  })

  it('fits quizzes that fill the exam to the last token, and not one more', () => {
    // 160 = begin 1 + salt 12 + line end 1 + 2 quizzes of 7 + question + 8.
    const exam = (length: number) =>
      createExamBuilder({
        ...options,
        families: [{ name: 'exact', draw: () => ({ question: 'x'.repeat(length), answer: '1234567' }) }],
      })(seedOf('exact'))
    expect(exam(58).quizzes).toHaveLength(2)
    expect(exam(58).text.indexOf('\n')).toBe(12)
    expect(() => exam(59)).toThrow(/^random stream ran out/)
  })
})
