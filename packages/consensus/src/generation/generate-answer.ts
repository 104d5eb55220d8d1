import { type GenerateAnswer, type GenerateCall, ZERO_HASH } from '@poai/core'
import type { ExamEvaluation } from '../transcript/exam-evaluation.ts'
import { taskOf } from './generation.ts'
import { generationTree, tokenLeafHashes } from './generation-root.ts'

/** What an engine drew, token by token. */
export interface DrawnOutput extends ExamEvaluation {
  readonly tokens: Uint32Array
  /** False if it ended where the model gave a number that is not finite. */
  readonly finite: boolean
}

/** The answer to a call, from what an engine drew for it. */
export function generateAnswer(call: GenerateCall, output: DrawnOutput): GenerateAnswer {
  const { input } = call
  const tokens = Array.from(output.tokens)
  if (!output.finite) return { kind: 'generate', input, tokens, root: ZERO_HASH }
  const task = taskOf(call)
  const { root } = generationTree(task, tokenLeafHashes(task, tokens, output))
  return { kind: 'generate', input, tokens, root }
}
