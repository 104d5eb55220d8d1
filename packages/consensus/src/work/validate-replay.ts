import { bytesToHex, equalBytes, type Header, RuleError } from '@poai/core'
import type { Exam } from '../exam/create-exam-builder.ts'
import { createTranscript } from '../transcript/create-transcript.ts'
import type { ExamEvaluation } from '../transcript/exam-evaluation.ts'

/**
 * Judges a header by this node's own evaluation of its exam. Throws a `RuleError` if the seal is not what the model
 * says (`expected` is our result, `actual` the header's), and an `EvaluationError` if our engine contradicts itself.
 * The claim is judged elsewhere, before there is an evaluation: `validateWorkClaim`.
 */
export function validateReplay(header: Header, exam: Exam, evaluation: ExamEvaluation): void {
  const transcript = createTranscript(exam, evaluation)
  if (transcript.kind === 'not-finite') {
    throw new RuleError('WORK_NOT_FINITE', 'The model gives no finite numbers for the exam of this block', {
      expected: 'finite logits',
      actual: `an infinite value or a NaN at answer ${transcript.leaf}`,
    })
  }
  const { transcriptRoot, lossMicroNats } = transcript
  if (!equalBytes(transcriptRoot, header.transcriptRoot)) {
    throw new RuleError('WORK_TRANSCRIPT_MISMATCH', 'The model gives another transcript than the header claims', {
      expected: bytesToHex(transcriptRoot),
      actual: bytesToHex(header.transcriptRoot),
    })
  }
  if (lossMicroNats !== header.lossMicroNats) {
    throw new RuleError('WORK_LOSS_MISMATCH', 'The model gives another loss than the header claims', {
      expected: lossMicroNats,
      actual: header.lossMicroNats,
    })
  }
}
