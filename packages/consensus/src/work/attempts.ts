import { type Hash32, type Seal, type SealedHeader, sealHash } from '@poai/core'
import type { Exam, ExamBuilder } from '../exam/create-exam-builder.ts'
import { createTranscript } from '../transcript/create-transcript.ts'
import type { ExamEvaluation } from '../transcript/exam-evaluation.ts'
import { deriveExamSeed } from './exam-seed.ts'
import { meetsTarget, workHash } from './work-hash.ts'

const NONCE_LIMIT: bigint = 1n << 64n

/** One nonce of a job, and the exam that decides what it is worth. */
export interface Attempt {
  readonly nonce: bigint
  readonly exam: Exam
}

/** What an attempt came to. */
export interface FinishedAttempt {
  readonly kind: 'solved' | 'missed'
  /** With the sealed header, a header: valid if `kind` is `solved`. */
  readonly seal: Seal
  readonly workHash: bigint
}

/** The model gave no finite numbers for the exam: the nonce is spent, nothing else is wrong. */
export interface VoidAttempt {
  readonly kind: 'void'
}

/** The attempts at one sealed header, for a miner. */
export interface AttemptSource {
  /** What the attempts are bound to. */
  readonly sealHash: Hash32
  /** The next attempts, fewer than `count` only when the nonces run out. Builds their exams and nothing more. */
  take(count: number): readonly Attempt[]
  /**
   * What the evaluation of an attempt's exam makes of it. Throws an `EvaluationError` for numbers that no model can
   * give.
   */
  finish(attempt: Attempt, evaluation: ExamEvaluation): FinishedAttempt | VoidAttempt
}

/** Which nonces are tried, and how exams are made of them. */
interface NonceOptions {
  /** Of the epoch that the header's number lies in. */
  readonly epochKey: Hash32
  readonly buildExam: ExamBuilder
  /** Default 0. */
  readonly firstNonce?: bigint
  /** The nonces end before this one. Default 2^64. */
  readonly endNonce?: bigint
}

/** What to mine and with which nonces. */
export interface AttemptOptions extends NonceOptions {
  readonly header: SealedHeader
}

/** The same for a miner that knows only the hash of the header. */
export interface HashedAttemptOptions extends NonceOptions {
  readonly sealHash: Hash32
  readonly target: bigint
}

/** Makes the attempts at a block, nonce after nonce; hashes the header once. */
export function createAttempts({ header, ...options }: AttemptOptions): AttemptSource {
  return createHashedAttempts({ ...options, sealHash: sealHash(header), target: header.target })
}

/** Makes the attempts at the block whose header has a seal hash, nonce after nonce. */
export function createHashedAttempts(options: HashedAttemptOptions): AttemptSource {
  const { sealHash: sealed, target, epochKey, buildExam, firstNonce = 0n, endNonce = NONCE_LIMIT } = options
  let nonce = firstNonce
  return {
    sealHash: sealed,
    take: (count) => {
      const attempts: Attempt[] = []
      for (; attempts.length < count && nonce < endNonce; nonce++) {
        attempts.push({ nonce, exam: buildExam(deriveExamSeed({ epochKey, sealHash: sealed, nonce })) })
      }
      return attempts
    },
    finish: (attempt, evaluation) => {
      const transcript = createTranscript(attempt.exam, evaluation)
      if (transcript.kind === 'not-finite') return { kind: 'void' }
      const { transcriptRoot, lossMicroNats } = transcript
      const seal: Seal = { transcriptRoot, lossMicroNats, nonce: attempt.nonce }
      const hash = workHash(sealed, seal)
      return { kind: meetsTarget(hash, target) ? 'solved' : 'missed', seal, workHash: hash }
    },
  }
}
