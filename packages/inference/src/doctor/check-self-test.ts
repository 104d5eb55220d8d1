import { allExams, type DomainVectors } from '../domain/domain-vectors.ts'
import type { EvaluateWords } from '../domain/evaluate-words.ts'
import { type DomainFingerprint, requireMachineDomain } from '../domain/fingerprint.ts'
import { EngineError } from '../engine/engine-error.ts'
import { type DoctorCheck, toDoctorCheck } from './doctor-check.ts'

/** Whether this machine computes the network's bits: all vectors are replayed. Takes as long as that many exams. */
export async function checkSelfTest(
  evaluate: EvaluateWords,
  vectors: DomainVectors,
  known: readonly DomainFingerprint[],
): Promise<DoctorCheck> {
  const failure = await requireMachineDomain(evaluate, vectors, known).then(
    () => undefined,
    (error: unknown) => error,
  )
  return toDoctorCheck({
    name: 'determinism',
    ok: failure === undefined,
    found: failure === undefined ? `${vectors.domain}, ${allExams(vectors).length} exams` : describe(failure),
    expected: vectors.domain,
    hint: failure instanceof EngineError ? (failure.hint ?? '') : 'Look at the error and at the engine’s log.',
  })
}

function describe(failure: unknown): string {
  if (failure instanceof EngineError) return failure.actual ?? failure.message
  return String(failure)
}
