import type { Hash32 } from '@poai/core'
import type { Exam } from '../exam/create-exam-builder.ts'
import { checkConsistency, checkEvaluationShape, findNonFinitePosition } from './check-evaluation.ts'
import type { ExamEvaluation } from './exam-evaluation.ts'
import { meanLossMicroNats } from './mean-loss.ts'
import { createMerkleTree } from './merkle-tree.ts'
import { transcriptLeafHashes } from './transcript-leaf.ts'

/** What an evaluation comes to: the two members of a header that the model decides. */
export interface Transcript {
  readonly kind: 'finite'
  readonly transcriptRoot: Hash32
  /** Mean negative log-likelihood of the answer tokens. */
  readonly lossMicroNats: bigint
}

/** The model gave an infinite value or a NaN: the attempt cannot make a block, whoever made it. */
export interface NoTranscript {
  readonly kind: 'not-finite'
  /** The first answer position that has one, counted from 0. */
  readonly leaf: number
}

/**
 * Reduces an evaluation to the root of its transcript and its loss. Throws an `EvaluationError` for numbers that no
 * model can give.
 */
export function createTranscript(exam: Exam, evaluation: ExamEvaluation): Transcript | NoTranscript {
  checkEvaluationShape(exam, evaluation)
  const leaf = findNonFinitePosition(exam, evaluation)
  if (leaf !== undefined) return { kind: 'not-finite', leaf }
  checkConsistency(exam, evaluation)
  return {
    kind: 'finite',
    transcriptRoot: createMerkleTree(transcriptLeafHashes(exam, evaluation)).root,
    lossMicroNats: meanLossMicroNats(exam, evaluation, 0, exam.answerPositions.length),
  }
}
