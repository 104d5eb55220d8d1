import { EvaluationError } from '../transcript/evaluation-error.ts'
import type { ExamEvaluation } from '../transcript/exam-evaluation.ts'
import type { EvaluateExamsOptions, ExamEvaluator, ExamRequest } from './exam-evaluator.ts'

/** Asks for one evaluation. Throws an {@link EvaluationError} if the engine gives any other number of them. */
export async function evaluateOne(
  evaluator: ExamEvaluator,
  request: ExamRequest,
  options: EvaluateExamsOptions,
): Promise<ExamEvaluation> {
  const evaluations = await evaluator.evaluate([request], options)
  const [evaluation] = evaluations
  if (evaluation !== undefined && evaluations.length === 1) return evaluation
  throw new EvaluationError('CONSENSUS_EVALUATION_SHAPE', 'The engine answered with the wrong number of evaluations', {
    expected: '1 evaluation',
    actual: `${evaluations.length} evaluations`,
  })
}
