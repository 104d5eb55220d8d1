import {
  defined,
  type Header,
  headerHash,
  type Logger,
  RuleError,
  type RuleSchedule,
  rulesAt,
  sealHash,
  type WorkParams,
} from '@poai/core'
import type { Exam } from '../exam/create-exam-builder.ts'
import { EvaluationError } from '../transcript/evaluation-error.ts'
import type { ExamEvaluation } from '../transcript/exam-evaluation.ts'
import type { ExamEvaluator } from './exam-evaluator.ts'
import { examToRequest } from './exam-evaluator.ts'
import { deriveExamSeed } from './exam-seed.ts'
import { examBuilderOf } from './network-exam.ts'
import { validateReplay } from './validate-replay.ts'
import { validateWorkClaim } from './validate-work-claim.ts'
import type { VerifyWorkOptions, WorkVerifier } from './work-verifier.ts'

/** What a replay needs besides the network's rules. */
export interface ReplayVerifierDependencies {
  readonly evaluator: ExamEvaluator
  readonly logger: Pick<Logger, 'warn'>
}

/** Evaluations of a header that the model disagrees with. One that it agrees with takes the first only. */
export const MAX_EVALUATIONS = 2

/**
 * A verifier that computes the work again, by the rules of each header's height: the claim first, then the exam, then
 * one evaluation. A replay that disagrees is evaluated once more before anybody is blamed, by another worker if there
 * is one, since unstable hardware exists: {@link MAX_EVALUATIONS} in all, and nobody else repeats a replay.
 */
export function createReplayVerifier(schedule: RuleSchedule, dependencies: ReplayVerifierDependencies): WorkVerifier {
  return new ReplayVerifier(schedule, dependencies)
}

interface Look {
  readonly work: WorkParams
  readonly signal: AbortSignal | undefined
  readonly apartFrom?: readonly ExamEvaluation[]
}

class ReplayVerifier implements WorkVerifier {
  readonly #schedule: RuleSchedule
  readonly #evaluator: ExamEvaluator
  readonly #logger: Pick<Logger, 'warn'>

  constructor(schedule: RuleSchedule, { evaluator, logger }: ReplayVerifierDependencies) {
    this.#schedule = schedule
    this.#evaluator = evaluator
    this.#logger = logger
  }

  async verify(header: Header, { epochKey, signal, isClaimMet = false }: VerifyWorkOptions): Promise<void> {
    if (!isClaimMet) validateWorkClaim(header)
    const { work } = rulesAt(this.#schedule, header.number)
    const exam = examBuilderOf({ work })(deriveExamSeed({ epochKey, sealHash: sealHash(header), nonce: header.nonce }))
    const first = await this.#evaluate(exam, { work, signal })
    const fault = ruleBrokenBy(header, exam, first)
    if (fault === undefined) return
    const second = await this.#evaluate(exam, { work, signal, apartFrom: [first] })
    if (haveEqualWords(first, second)) throw fault
    this.#logger.warn('Two replays of one exam differ: this machine is unstable', { hash: headerHash(header) })
    // A forger cannot know our hardware's mistakes: a header that one of the two agrees with is right.
    if (ruleBrokenBy(header, exam, second) === undefined) return
    throw new EvaluationError('CONSENSUS_EVALUATION_UNSTABLE', 'Two replays of one exam differ from each other', {
      expected: 'equal bits',
      actual: 'different bits',
      hint: 'The engine or the memory of this machine is broken: run the determinism self-test',
    })
  }

  async #evaluate(exam: Exam, { work, signal, apartFrom = [] }: Look): Promise<ExamEvaluation> {
    const evaluations = await this.#evaluator.evaluate([examToRequest(exam)], {
      ...{ work, priority: 'verify', apartFrom },
      ...defined({ signal }),
    })
    const [evaluation] = evaluations
    if (evaluation !== undefined && evaluations.length === 1) return evaluation
    throw new EvaluationError(
      'CONSENSUS_EVALUATION_SHAPE',
      'The engine answered with the wrong number of evaluations',
      {
        expected: '1 evaluation',
        actual: `${evaluations.length} evaluations`,
      },
    )
  }
}

function ruleBrokenBy(header: Header, exam: Exam, evaluation: ExamEvaluation): RuleError | undefined {
  try {
    validateReplay(header, exam, evaluation)
    return undefined
  } catch (error) {
    if (error instanceof RuleError) return error
    throw error
  }
}

function haveEqualWords({ words: a }: ExamEvaluation, { words: b }: ExamEvaluation): boolean {
  return a.length === b.length && a.every((word, index) => word === b[index])
}
