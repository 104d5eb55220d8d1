import { readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { computeExamVectors, type ExamVectors } from './exam-vectors.ts'

const recorded = JSON.parse(readFileSync(new URL('vectors/exam.vectors.json', import.meta.url), 'utf8')) as ExamVectors
const computed = computeExamVectors()

describe('exam vectors', () => {
  it('hold at least 64 exams, 14 families and 8 quizzes each', () => {
    expect(recorded.exams.length).toBeGreaterThanOrEqual(64)
    expect(recorded.families).toHaveLength(14)
    for (const { quizzes } of recorded.families) expect(quizzes.length).toBeGreaterThanOrEqual(8)
  })

  it.each(recorded.streams.map((vector, index) => ({ vector, index })))('stream below $vector.below', (row) => {
    expect(computed.streams[row.index]).toEqual(row.vector)
  })

  it.each(recorded.families.map((vector, index) => ({ vector, index })))('family $vector.family', (row) => {
    expect(computed.families[row.index]).toEqual(row.vector)
  })

  it.each(recorded.exams.map((vector, index) => ({ vector, index })))('exam $index', (row) => {
    expect(computed.exams[row.index]).toEqual(row.vector)
  })

  it('cover all that is computed', () => {
    expect(computed).toEqual(recorded)
  })
})
