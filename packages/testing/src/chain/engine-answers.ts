import { answerCall, type DrawnOutput, type DrawRequest, type ExamEvaluator, evaluateOne } from '@poai/consensus'
import type { AnswerSource } from '@poai/execution'

/** An engine that can be asked what a model answers. */
export interface AskedEngine extends ExamEvaluator {
  generate(request: DrawRequest): Promise<DrawnOutput>
}

/** Answers by an engine, one call after the other, and remembers nothing. */
export function engineAnswers(engine: AskedEngine): AnswerSource {
  return {
    answer: (call) => {
      const work = { modelSha256: call.model.sha256, domain: call.model.domain }
      return answerCall(call, {
        evaluate: (request) => evaluateOne(engine, request, { work, priority: 'build' }),
        generate: (request) => engine.generate(request),
      })
    },
  }
}
