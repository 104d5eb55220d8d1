import { defined, type Header, headerHash, type Logger, type RuleSchedule, rulesAt, sealHash } from '@poai/core'
import { type AnsweredBlock, type VerifyAnswersOptions, verifyAnswers } from '../generation/verify-answers.ts'
import { evaluateOne } from './evaluate-one.ts'
import type { ExamEvaluator } from './exam-evaluator.ts'
import { examToRequest } from './exam-evaluator.ts'
import { deriveExamSeed } from './exam-seed.ts'
import { judgeTwice } from './judge-twice.ts'
import { examBuilderOf } from './network-exam.ts'
import { validateReplay } from './validate-replay.ts'
import { validateWorkClaim } from './validate-work-claim.ts'
import type { VerifyWorkOptions, WorkVerifier } from './work-verifier.ts'

/** What a replay needs besides the network's rules. */
export interface ReplayVerifierDependencies {
  readonly evaluator: ExamEvaluator
  readonly logger: Pick<Logger, 'warn'>
}

/**
 * A verifier that computes the work again, by the rules of each header's height: the claim first, then the exam, then
 * one evaluation. A replay that disagrees is evaluated once more before anybody is blamed, by another worker if there
 * is one, since unstable hardware exists ({@link judgeTwice}).
 */
export function createReplayVerifier(schedule: RuleSchedule, dependencies: ReplayVerifierDependencies): WorkVerifier {
  return new ReplayVerifier(schedule, dependencies)
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
    await judgeTwice(
      {
        hash: headerHash(header),
        evaluate: (apartFrom) =>
          evaluateOne(this.#evaluator, examToRequest(exam), {
            ...{ work, priority: 'verify', apartFrom },
            ...defined({ signal }),
          }),
        judge: (evaluation) => validateReplay(header, exam, evaluation),
      },
      this.#logger,
    )
  }
  async verifyAnswers(block: AnsweredBlock, { signal }: VerifyAnswersOptions): Promise<void> {
    await verifyAnswers(this.#schedule, block, { evaluator: this.#evaluator, logger: this.#logger, signal })
  }
}
