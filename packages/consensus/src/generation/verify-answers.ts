import {
  decodeInferenceCall,
  type Header,
  headerHash,
  type InferenceAnswer,
  invariant,
  type Logger,
  type RuleSchedule,
  rulesAt,
} from '@poai/core'
import { evaluateOne } from '../work/evaluate-one.ts'
import type { ExamEvaluator } from '../work/exam-evaluator.ts'
import { judgeTwice } from '../work/judge-twice.ts'
import { answeredCall, judgeAnswer, requestOfAnswer } from './judge-answer.ts'

/** A block's answers. Its body has been validated: each answers a call. */
export interface AnsweredBlock {
  readonly header: Header
  readonly answers: readonly InferenceAnswer[]
}

export interface VerifyAnswersOptions {
  readonly signal: AbortSignal | undefined
}

/** What replays of answers need besides the network's rules. */
export interface AnswersDependencies {
  readonly evaluator: ExamEvaluator
  readonly logger: Pick<Logger, 'warn'>
}

/** Answers of a block that are with the engine at one time: enough for all workers, and little memory. */
const MAX_AT_ONCE = 16

/**
 * Computes the answers of a block again, side by side, each as an exam is: one pass, and a second one by another worker
 * before anybody is blamed. Throws a `RuleError` for the first one that is found wrong, and gives up the others.
 */
export async function verifyAnswers(
  schedule: RuleSchedule,
  { header, answers }: AnsweredBlock,
  { evaluator, logger, signal }: AnswersDependencies & VerifyAnswersOptions,
): Promise<void> {
  const { inference } = rulesAt(schedule, header.number)
  invariant(inference !== undefined, 'only blocks that may have answers are asked about')
  const given = new AbortController()
  const either = signal === undefined ? given.signal : AbortSignal.any([signal, given.signal])
  const hash = headerHash(header)
  const verify = async (answer: InferenceAnswer): Promise<void> => {
    const call = decodeInferenceCall(inference, answer.kind, answer.input)
    invariant(call !== undefined, 'the answers of a validated body answer calls')
    const { sha256, domain } = call.model
    const answered = answeredCall(call, answer)
    const options = { work: { modelSha256: sha256, domain }, priority: 'verify' } as const
    await judgeTwice(
      {
        hash,
        evaluate: (apartFrom) =>
          evaluateOne(evaluator, requestOfAnswer(answered), { ...options, apartFrom, signal: either }),
        judge: (evaluation) => judgeAnswer(answered, evaluation),
      },
      logger,
    )
  }
  const queue = answers.values()
  const work = async (): Promise<void> => {
    for (const answer of queue) await verify(answer)
  }
  try {
    await Promise.all(Array.from({ length: MAX_AT_ONCE }, work))
  } finally {
    given.abort()
  }
}
