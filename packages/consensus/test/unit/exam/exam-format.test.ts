import { createByteVocabulary, EXAM_FORMAT_1, type ExamFormat, type ExamVocabulary } from '@poai/consensus'
import { describe, expect, it } from 'vitest'
import { MAX_EXAM_TOKENS, MAX_PROBES, validateExamFormat } from '../../../src/exam/exam-format.ts'

const bytes = createByteVocabulary()

function validate(format: Partial<ExamFormat>, vocabulary: Partial<ExamVocabulary> = {}): void {
  validateExamFormat({ ...EXAM_FORMAT_1, ...format }, { ...bytes, ...vocabulary })
}

describe('validateExamFormat', () => {
  it('accepts the first format', () => {
    expect(() => validate({})).not.toThrow()
  })

  // Begin 1, line end 1, salt 12, "Q: \nA: " 7, answers 16.
  it.each<[name: keyof ExamFormat, low: number, high: number]>([
    ['tokens', 37, MAX_EXAM_TOKENS],
    ['answerTokens', 2, 160 - 21],
    ['minSaltTokens', 1, 160 - 25],
    ['probes', 0, MAX_PROBES],
  ])('bounds %s from %i to %i', (name, low, high) => {
    for (const value of [low, high]) expect(() => validate({ [name]: value }), `${name} ${value}`).not.toThrow()
    for (const value of [low - 1, high + 1, low + 0.5, Number.NaN]) {
      expect(() => validate({ [name]: value }), `${name} ${value}`).toThrow(
        expect.objectContaining({ code: 'CONSENSUS_EXAM_FORMAT_INVALID' }),
      )
    }
  })

  it('says what was expected and what was found', () => {
    expect(() => validate({ tokens: 36 })).toThrow('exam format: tokens: expected an integer from 37 to 4096, got 36')
  })

  it('needs as many tokens as probes', () => {
    const small = {
      size: 70,
      begin: [1],
      newline: 13,
      saltSymbols: bytes.saltSymbols.map((s, token) => ({ ...s, token })),
    }
    expect(() => validate({ probes: 64 }, small)).not.toThrow()
    const smallest = { ...small, size: 64 }
    expect(() => validate({ probes: 64 }, smallest)).not.toThrow()
    expect(() => validate({ probes: 65 }, smallest)).toThrow(/probes/)
  })

  it('needs 64 salt symbols', () => {
    expect(() => validate({}, { saltSymbols: bytes.saltSymbols.slice(1) })).toThrow(
      expect.objectContaining({ code: 'CONSENSUS_EXAM_VOCABULARY_INVALID', expected: 'at least 64', actual: '63' }),
    )
  })

  it.each([
    { begin: [259] },
    { newline: 259 },
    { newline: -1 },
    { saltSymbols: [...bytes.saltSymbols, { token: 259, text: '?' }] },
  ])('needs tokens of the vocabulary: %o', (vocabulary) => {
    expect(() => validate({}, vocabulary)).toThrow(
      expect.objectContaining({ code: 'CONSENSUS_EXAM_VOCABULARY_INVALID' }),
    )
  })
})
