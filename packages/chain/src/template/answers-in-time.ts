import { AnswerError, type AnswerSource } from '@poai/execution'

/**
 * Milliseconds that models may take for one template, besides the answer that is under way then: a fifth of the
 * shortest block time of a built-in network. The source remembers, so the next template goes on from there.
 */
export const MAX_ANSWER_MS = 1_000

/** A source for one template. */
export interface AnswersInTime extends AnswerSource {
  /** How long it was waited for. */
  readonly waitedMs: number
}

/** Answers until the time is used up; after that, transactions that ask are left to a later template. */
export function answersInTime(
  source: AnswerSource,
  {
    signal,
    maxMs = MAX_ANSWER_MS,
    nowMs = () => performance.now(),
  }: { readonly signal: AbortSignal | undefined; readonly maxMs?: number; nowMs?(): number },
): AnswersInTime {
  let waitedMs = 0
  return {
    get waitedMs(): number {
      return waitedMs
    },
    async answer(call) {
      if (waitedMs >= maxMs) {
        throw new AnswerError('models have taken their time for this template', {
          expected: `at most ${maxMs} ms`,
          actual: `${Math.round(waitedMs)} ms`,
        })
      }
      const begunMs = nowMs()
      try {
        return await source.answer(call, signal)
      } finally {
        waitedMs += nowMs() - begunMs
      }
    },
  }
}
