import {
  createByteVocabulary,
  createExamBuilder,
  EXAM_FORMAT_1,
  type Exam,
  type ExamFormat,
  QUIZ_FAMILIES_1,
} from '@poai/consensus'
import { keccak256, utf8ToBytes } from '@poai/core'
import type { EvaluationRequest } from '@poai/inference'

/** Exams of a network with the byte vocabulary, by label and index: always the same ones. */
export function* seededExams(label: string, format: ExamFormat = EXAM_FORMAT_1): Generator<Exam, never> {
  const build = createExamBuilder({ format, vocabulary: createByteVocabulary(), families: QUIZ_FAMILIES_1 })
  for (let index = 0; ; index++) yield build(keccak256(utf8ToBytes(`poai/test/${label}/${index}`)))
}

/** What an engine is asked about an exam. */
export function examToRequest({ tokens, answerPositions, probes }: Exam): EvaluationRequest {
  return { tokens, positions: answerPositions, probes }
}

/** The requests of the first `count` exams of a label. */
export function seededExamRequests(label: string, count: number, format?: ExamFormat): readonly EvaluationRequest[] {
  const exams = seededExams(label, format)
  return Array.from({ length: count }, () => examToRequest(exams.next().value))
}

/**
 * Exams of lengths from 64 to `longest` tokens, as vectors record them: small differences between builds hide in short
 * sequences, differences in attention show only in long ones.
 */
export function mixedExamRequests(label: string, count: number, longest: number): readonly EvaluationRequest[] {
  const shortest = 64
  return Array.from({ length: count }, (_, index) => {
    const tokens = shortest + Math.round(((longest - shortest) * index) / Math.max(1, count - 1))
    const answerTokens = Math.min(EXAM_FORMAT_1.answerTokens, Math.floor(tokens / 13))
    const format: ExamFormat = { ...EXAM_FORMAT_1, tokens, answerTokens }
    return examToRequest(seededExams(`${label}/${tokens}`, format).next().value)
  })
}
