import {
  createByteVocabulary,
  createExamBuilder,
  createTranscript,
  deriveExamSeed,
  EvaluationError,
  type Exam,
  type ExamFormat,
  meetsTarget,
  QUIZ_FAMILIES_1,
  workHash,
} from '@poai/consensus'
import type { Hash32 } from '@poai/core'
import type { EvaluationRequest } from '@poai/inference'

/** The shape of a network's exams. */
export type { ExamFormat }

/** What the rules make of the words of an evaluation. */
export type ReferenceTranscript =
  | { readonly kind: 'made'; readonly root: Hash32; readonly lossMicroNats: bigint }
  | { readonly kind: 'not-finite' }
  | { readonly kind: 'inconsistent' }

/** A block to mine, as far as attempts depend on it. */
export interface ReferenceJob {
  readonly epochKey: Hash32
  readonly sealHash: Hash32
  readonly target: bigint
}

/** What one nonce comes to. */
export type ReferenceAttempt =
  | {
      readonly kind: 'missed' | 'solved'
      readonly root: Hash32
      readonly lossMicroNats: bigint
      readonly workHash: bigint
    }
  | { readonly kind: 'void' }
  | { readonly kind: 'broken' }

/** Attempts by the rules themselves, for the tests of packages that make attempts and must not import the rules. */
export interface ReferenceAttempts {
  /** Throws where no exam of this shape can be drawn. */
  buildExam(seed: Uint8Array): EvaluationRequest
  createTranscript(exam: EvaluationRequest, words: Uint32Array): ReferenceTranscript
  attempt(job: ReferenceJob, nonce: bigint, evaluate: (exam: EvaluationRequest) => Uint32Array): ReferenceAttempt
}

/** Those of a network whose exams have the format `bytes-1`. */
export function createReferenceAttempts(format: ExamFormat): ReferenceAttempts {
  const build = createExamBuilder({ format, vocabulary: createByteVocabulary(), families: QUIZ_FAMILIES_1 })
  const buildExam = (seed: Uint8Array): EvaluationRequest => {
    const { tokens, answerPositions, probes } = build(seed)
    return { tokens, positions: answerPositions, probes }
  }
  return {
    buildExam,
    createTranscript: transcriptOf,
    attempt: ({ epochKey, sealHash, target }, nonce, evaluate) => {
      const exam = buildExam(deriveExamSeed({ epochKey, sealHash, nonce }))
      const transcript = transcriptOf(exam, evaluate(exam))
      if (transcript.kind === 'not-finite') return { kind: 'void' }
      if (transcript.kind === 'inconsistent') return { kind: 'broken' }
      const { root, lossMicroNats } = transcript
      const hash = workHash(sealHash, { nonce, lossMicroNats, transcriptRoot: root })
      return { kind: meetsTarget(hash, target) ? 'solved' : 'missed', root, lossMicroNats, workHash: hash }
    },
  }
}

function transcriptOf(request: EvaluationRequest, words: Uint32Array): ReferenceTranscript {
  try {
    const transcript = createTranscript(examOf(request), { words })
    if (transcript.kind === 'not-finite') return { kind: 'not-finite' }
    return { kind: 'made', root: transcript.transcriptRoot, lossMicroNats: transcript.lossMicroNats }
  } catch (error) {
    if (error instanceof EvaluationError && error.code === 'CONSENSUS_EVALUATION_INCONSISTENT') {
      return { kind: 'inconsistent' }
    }
    throw error
  }
}

function examOf({ tokens, positions, probes }: EvaluationRequest): Exam {
  return { tokens, answerPositions: positions, probes, quizzes: [], text: '' }
}
