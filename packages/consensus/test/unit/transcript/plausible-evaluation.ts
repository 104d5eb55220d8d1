import {
  createByteVocabulary,
  createExamBuilder,
  EXAM_FORMAT_1,
  type Exam,
  type ExamEvaluation,
  QUIZ_FAMILIES_1,
  RandomStream,
} from '@poai/consensus'
import { seedOf } from '../exam/seed-of.ts'

const buildExam = createExamBuilder({
  format: EXAM_FORMAT_1,
  vocabulary: createByteVocabulary(),
  families: QUIZ_FAMILIES_1,
})

/** An exam of the first format, named by a label. */
export function someExam(label: string): Exam {
  return buildExam(seedOf(label))
}

/** The binary32 bits of a number. */
export function bitsOf(value: number): number {
  return new Uint32Array(Float32Array.of(value).buffer)[0] as number
}

/** The number of binary32 bits. */
export function floatOf(bits: number): number {
  return new Float32Array(Uint32Array.of(bits).buffer)[0] as number
}

/** Numbers that a model could give for the exam: consistent, finite, right at about three answers of four. */
export function plausibleEvaluation(exam: Exam, label = 'evaluation'): ExamEvaluation {
  const stream = new RandomStream(seedOf(label))
  const words: number[] = []
  for (const position of exam.answerPositions) {
    const token = exam.tokens[position] as number
    const argMax = stream.chance(3, 4) ? token : (token + 1) % 259
    const maximum = 5 + stream.below(2000) / 128
    const logits = new Map([[argMax, maximum]])
    const logitOf = (id: number): number => {
      const logit = logits.get(id) ?? maximum - 0.5 - stream.below(3000) / 128
      logits.set(id, logit)
      return logit
    }
    words.push(bitsOf(logitOf(token)), bitsOf(maximum), bitsOf(1 + stream.below(25_800) / 100), argMax)
    for (const probe of exam.probes) words.push(bitsOf(logitOf(probe)))
  }
  return { words: Uint32Array.from(words) }
}

/** A copy of an evaluation with one word changed. */
export function withWord({ words }: ExamEvaluation, index: number, word: number): ExamEvaluation {
  return { words: words.with(index, word) }
}
