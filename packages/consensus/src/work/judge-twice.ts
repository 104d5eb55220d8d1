import { type Hash32, type Logger, RuleError } from '@poai/core'
import { EvaluationError } from '../transcript/evaluation-error.ts'
import type { ExamEvaluation } from '../transcript/exam-evaluation.ts'

/** Evaluations of a claim that the model disagrees with. One that it agrees with takes the first only. */
export const MAX_EVALUATIONS = 2

/** A claim about what a model says, and how to find out. */
export interface JudgedClaim {
  /** Of the block that it stands in, for the log. */
  readonly hash: Hash32
  /** Computes it, by another worker than those of earlier evaluations if there is one. */
  evaluate(apartFrom: readonly ExamEvaluation[]): Promise<ExamEvaluation>
  /** Throws a `RuleError` if the claim is not what the evaluation says. */
  judge(evaluation: ExamEvaluation): void
}

/**
 * Judges a claim by evaluating it. One that the model disagrees with is evaluated once more before anybody is blamed,
 * since unstable hardware exists: {@link MAX_EVALUATIONS} in all, and nobody else repeats an evaluation. Throws the
 * claim's `RuleError` if both agree that it is wrong, and an {@link EvaluationError} if they differ from each other.
 */
export async function judgeTwice({ hash, evaluate, judge }: JudgedClaim, logger: Pick<Logger, 'warn'>): Promise<void> {
  const first = await evaluate([])
  const fault = ruleBrokenBy(judge, first)
  if (fault === undefined) return
  const second = await evaluate([first])
  if (haveEqualWords(first, second)) throw fault
  logger.warn('Two replays of one exam differ: this machine is unstable', { hash })
  // A forger cannot know our hardware's mistakes: a claim that one of the two agrees with is right.
  if (ruleBrokenBy(judge, second) === undefined) return
  throw new EvaluationError('CONSENSUS_EVALUATION_UNSTABLE', 'Two replays of one exam differ from each other', {
    expected: 'equal bits',
    actual: 'different bits',
    hint: 'The engine or the memory of this machine is broken: run the determinism self-test',
  })
}

function ruleBrokenBy(judge: JudgedClaim['judge'], evaluation: ExamEvaluation): RuleError | undefined {
  try {
    judge(evaluation)
    return undefined
  } catch (error) {
    if (error instanceof RuleError) return error
    throw error
  }
}

function haveEqualWords({ words: a }: ExamEvaluation, { words: b }: ExamEvaluation): boolean {
  return a.length === b.length && a.every((word, index) => word === b[index])
}
