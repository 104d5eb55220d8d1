import { EngineError } from '../engine/engine-error.ts'
import { wordsPerPosition } from '../engine/evaluation.ts'
import { allExams, type DomainVectors, type ExamVector } from './domain-vectors.ts'
import type { EvaluateWords } from './evaluate-words.ts'

export interface CheckVectorsOptions {
  /** How many exams to replay, spread evenly over the file; by default all of them, and the chosen ones. */
  readonly sample?: number
}

/** Exams that a worker replays before it serves: a wrong variant fails the first (measured), and eight cost 0.1 s. */
export const ADMISSION_SAMPLE = 8

/** Throws `INFERENCE_DOMAIN_MISMATCH` on the first bit that differs from `vectors`. */
export async function checkVectors(
  evaluate: EvaluateWords,
  vectors: DomainVectors,
  { sample }: CheckVectorsOptions = {},
): Promise<void> {
  const exams = sample === undefined ? allExams(vectors) : pickEvenly(vectors.exams, sample)
  const words = await evaluate(exams.map(({ request }) => request))
  const difference = findDifference(exams, words)
  if (difference === undefined) return
  throw new EngineError(
    'INFERENCE_DOMAIN_MISMATCH',
    `This machine does not compute the bits of domain ${vectors.domain}`,
    {
      expected: difference.expected,
      actual: difference.actual,
      hint: 'Run `poai doctor` to see which domain this machine is in. It must not mine or judge on this network.',
    },
  )
}

/** Where two evaluations differ. */
export interface WordDifference {
  readonly expected: string
  readonly actual: string
}

const WORD_NAMES = ['answer', 'maximum', 'total weight', 'arg max']

/** The first word that differs from the recorded one, described for people. */
export function findDifference(
  exams: readonly ExamVector[],
  words: readonly Uint32Array[],
): WordDifference | undefined {
  for (const [index, { request, words: expected }] of exams.entries()) {
    const actual = words[index] ?? new Uint32Array()
    const differing = expected.findIndex((word, position) => word !== actual[position])
    if (differing < 0 && expected.length === actual.length) continue
    const at = differing < 0 ? expected.length : differing
    const stride = wordsPerPosition(request.probes.length)
    const name = WORD_NAMES[at % stride] ?? `probe ${(at % stride) - WORD_NAMES.length}`
    const place = `exam ${index}, position ${request.positions[Math.floor(at / stride)]}, ${name}`
    return { expected: `${place}: ${formatWord(expected[at])}`, actual: formatWord(actual[at]) }
  }
  return undefined
}

function formatWord(word: number | undefined): string {
  return word === undefined ? 'nothing' : `0x${word.toString(16).padStart(8, '0')}`
}

function pickEvenly(exams: readonly ExamVector[], count: number): readonly ExamVector[] {
  if (count >= exams.length) return exams
  const picked: ExamVector[] = []
  for (let i = 0; i < count; i++) {
    const exam = exams[Math.floor((i * exams.length) / count)]
    if (exam !== undefined) picked.push(exam)
  }
  return picked
}
