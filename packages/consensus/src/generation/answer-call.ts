import { type GenerateCall, type InferenceAnswer, type InferenceCall, promptToTokens } from '@poai/core'
import type { ExamEvaluation } from '../transcript/exam-evaluation.ts'
import type { ExamRequest, Sampling } from '../work/exam-evaluator.ts'
import { type DrawnOutput, generateAnswer } from './generate-answer.ts'
import { requestFor, taskOf } from './generation.ts'
import { replayAnswer } from './judge-answer.ts'

/** What an engine is asked to go on with. */
export interface DrawRequest {
  readonly prompt: Uint32Array
  readonly maxTokens: number
  readonly sampling: Sampling
  readonly stopTokens: readonly number[]
}

/** The model of a call. */
export interface AskedModel {
  evaluate(request: ExamRequest): Promise<ExamEvaluation>
  generate(request: DrawRequest): Promise<DrawnOutput>
}

/** Asks the model of a call, and puts what it said into the answer that a block carries. */
export async function answerCall(call: InferenceCall, model: AskedModel): Promise<InferenceAnswer> {
  if (call.kind === 'generate') return generateAnswer(call, await model.generate(drawRequestOf(call)))
  const task = taskOf(call)
  return replayAnswer(call, task, await model.evaluate(requestFor(task, call.output)))
}

function drawRequestOf({ model, prompt, maxTokens, temperature, seed }: GenerateCall): DrawRequest {
  const { stopTokens } = model
  return { prompt: promptToTokens(prompt), maxTokens, sampling: { temperature, seed }, stopTokens }
}
