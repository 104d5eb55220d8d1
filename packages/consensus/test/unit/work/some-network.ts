import {
  createAttempts,
  createExamBuilder,
  deriveEpochKey,
  type ExamBuilder,
  examToRequest,
  networkExamOptions,
} from '@poai/consensus'
import { devnet, genesisHash, type Hash32, type Header, type SealedHeader } from '@poai/core'
import { ScriptedEvaluator } from './scripted-evaluator.ts'

/** The exams of the devnet. */
export const buildExam: ExamBuilder = createExamBuilder(networkExamOptions(devnet))

/** The key of the devnet's first epoch. */
export const epochKey: Hash32 = deriveEpochKey(genesisHash(devnet), 0n)

/** Mines a header with the scripted evaluator, from a nonce on. */
export function mineScripted(header: SealedHeader, firstNonce = 0n): Header {
  const evaluator = new ScriptedEvaluator()
  const attempts = createAttempts({ header, epochKey, buildExam, firstNonce })
  for (;;) {
    for (const attempt of attempts.take(1)) {
      const finished = attempts.finish(attempt, evaluator.evaluateOne(examToRequest(attempt.exam)))
      if (finished.kind === 'solved') return { ...header, ...finished.seal }
    }
  }
}
