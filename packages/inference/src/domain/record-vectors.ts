import { EngineError } from '../engine/engine-error.ts'
import type { EvaluationRequest } from '../engine/inference-engine.ts'
import { findDifference } from './check-vectors.ts'
import type { DomainVectors } from './domain-vectors.ts'
import type { EvaluateWords } from './evaluate-words.ts'

/** What the file says besides the exams. */
export type VectorsIdentity = Omit<DomainVectors, 'exams'>

/**
 * Evaluates `requests` twice, the second time in reverse order, and returns vectors of them. Throws
 * `INFERENCE_DOMAIN_MISMATCH` if a machine does not even agree with itself.
 */
export async function recordVectors(
  evaluate: EvaluateWords,
  identity: VectorsIdentity,
  requests: readonly EvaluationRequest[],
): Promise<DomainVectors> {
  const first = await evaluate(requests)
  const exams = requests.map((request, index) => ({ request, words: first[index] ?? new Uint32Array() }))
  const again = await evaluate(requests.toReversed())
  const difference = findDifference(exams.toReversed(), again)
  if (difference !== undefined) {
    throw new EngineError('INFERENCE_DOMAIN_MISMATCH', 'This machine gives the same exam different bits', {
      expected: difference.expected,
      actual: difference.actual,
      hint: 'The hardware is unstable, or the engine is not pinned to one thread and one shape.',
    })
  }
  return { ...identity, exams }
}
