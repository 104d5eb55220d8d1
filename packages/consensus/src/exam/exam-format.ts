import { ExamError } from './exam-error.ts'
import type { ExamVocabulary } from './exam-vocabulary.ts'

/** The shape that all exams of a network share, so that no nonce is cheaper to evaluate than another. */
export interface ExamFormat {
  /** Tokens of an exam, all counted. */
  readonly tokens: number
  /** Tokens of all answer parts together, line ends included. */
  readonly answerTokens: number
  /** The fewest tokens of the salt line: what keeps two exams from ever sharing a prefix worth caching. */
  readonly minSaltTokens: number
  /** Tokens whose logits every transcript leaf records. */
  readonly probes: number
}

/** The first format. Its salt holds at least 12 x 6 = 72 bits with the byte vocabulary. */
export const EXAM_FORMAT_1: ExamFormat = { tokens: 160, answerTokens: 16, minSaltTokens: 12, probes: 4 }

/** Longest exam: bounds the memory and the time of one evaluation. */
export const MAX_EXAM_TOKENS = 4096

/** Fewest answer tokens: the shortest answer is a character and its line end. */
export const MIN_ANSWER_TOKENS = 2

/** Fewest salt symbols to choose from: fewer than 64 would weaken `minSaltTokens` below 6 bits each. */
export const MIN_SALT_SYMBOLS = 64

/** Most probes: each costs four bytes in every transcript leaf. */
export const MAX_PROBES = 64

/** The text around an empty question: every quiz costs at least these tokens besides its answer. */
const EMPTY_QUESTION_PART = 'Q: \nA: '

/** Tokens that belong to no quiz, salt not counted: what opens the sequence and the line end after the salt. */
export function framingTokens(vocabulary: ExamVocabulary): number {
  return vocabulary.begin.length + 1
}

/** Throws an `ExamError` unless the format and the vocabulary can hold an exam, as far as lengths alone tell. */
export function validateExamFormat(format: ExamFormat, vocabulary: ExamVocabulary): void {
  validateVocabulary(vocabulary)
  requireInteger('probes', format.probes, 0, vocabulary.size < MAX_PROBES ? vocabulary.size : MAX_PROBES)
  requireInteger('minSaltTokens', format.minSaltTokens, 1, MAX_EXAM_TOKENS)
  requireInteger('answerTokens', format.answerTokens, MIN_ANSWER_TOKENS, MAX_EXAM_TOKENS)
  const fewest =
    framingTokens(vocabulary) +
    format.minSaltTokens +
    vocabulary.encode(EMPTY_QUESTION_PART).length +
    format.answerTokens
  requireInteger('tokens', format.tokens, fewest, MAX_EXAM_TOKENS)
}

function requireInteger(name: string, value: number, low: number, high: number): void {
  if (Number.isInteger(value) && value >= low && value <= high) return
  throw new ExamError('CONSENSUS_EXAM_FORMAT_INVALID', `exam format: ${name}`, {
    expected: `an integer from ${low} to ${high}`,
    actual: String(value),
  })
}

function validateVocabulary(vocabulary: ExamVocabulary): void {
  const { saltSymbols, begin, newline, size } = vocabulary
  if (saltSymbols.length < MIN_SALT_SYMBOLS) {
    throw new ExamError('CONSENSUS_EXAM_VOCABULARY_INVALID', 'exam vocabulary: salt symbols', {
      expected: `at least ${MIN_SALT_SYMBOLS}`,
      actual: String(saltSymbols.length),
    })
  }
  for (const token of [...begin, newline, ...saltSymbols.map((symbol) => symbol.token)]) {
    if (Number.isInteger(token) && token >= 0 && token < size) continue
    throw new ExamError('CONSENSUS_EXAM_VOCABULARY_INVALID', 'exam vocabulary: token', {
      expected: `an integer below ${size}`,
      actual: String(token),
    })
  }
}
