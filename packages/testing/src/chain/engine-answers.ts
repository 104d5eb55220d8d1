import {
  type DrawnOutput,
  type ExamEvaluation,
  type ExamEvaluator,
  generateAnswer,
  replayAnswer,
  requestFor,
  type Sampling,
  taskOf,
} from '@poai/consensus'
import { type InferenceAnswer, promptToTokens } from '@poai/core'
import type { AnswerSource } from '@poai/execution'

/** An engine that can be asked what a model answers. */
export interface AskedEngine extends ExamEvaluator {
  generate(request: {
    readonly prompt: Uint32Array
    readonly maxTokens: number
    readonly sampling: Sampling
    readonly stopTokens: readonly number[]
  }): Promise<DrawnOutput>
}

/** Answers by an engine, one call after the other, and remembers nothing. */
export function engineAnswers(engine: AskedEngine): AnswerSource {
  return {
    answer: async (call): Promise<InferenceAnswer> => {
      const { model, temperature, seed } = call
      if (call.kind === 'generate') {
        const { maxTokens, prompt } = call
        const asked = { prompt: promptToTokens(prompt), maxTokens, sampling: { temperature, seed } }
        return generateAnswer(call, await engine.generate({ ...asked, stopTokens: model.stopTokens }))
      }
      const task = taskOf(call)
      const work = { modelSha256: model.sha256, domain: model.domain }
      const [evaluation] = await engine.evaluate([requestFor(task, call.output)], { work, priority: 'build' })
      return replayAnswer(call, task, evaluation as ExamEvaluation)
    },
  }
}
