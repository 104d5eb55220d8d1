import {
  bytesToHex,
  equalBytes,
  type GenerateAnswer,
  type GenerateCall,
  type InferenceAnswer,
  type InferenceCall,
  invariant,
  isFailure,
  type ReplayAnswer,
  type ReplayCall,
  RuleError,
} from '@poai/core'
import type { ExamEvaluation } from '../transcript/exam-evaluation.ts'
import type { ExamRequest } from '../work/exam-evaluator.ts'
import { type GenerationTask, requestFor, taskOf } from './generation.ts'
import { isFiniteAt, judgeOutput } from './judge-output.ts'

/** Stands where a model is said to have given a number that is not finite: no token was drawn there, so any will do. */
const NO_TOKEN = 0

/** A call with the answer that a block has for it. */
export type AnsweredCall =
  | { readonly call: GenerateCall; readonly answer: GenerateAnswer }
  | { readonly call: ReplayCall; readonly answer: ReplayAnswer }

/** Pairs a call with its answer. */
export function answeredCall(call: InferenceCall, answer: InferenceAnswer): AnsweredCall {
  invariant(call.kind === answer.kind, 'an answer is of the kind of its call')
  return { call, answer } as AnsweredCall
}

/** The one pass that shows whether an answer is right. */
export function requestOfAnswer({ call, answer }: AnsweredCall): ExamRequest {
  return requestFor(taskOf(call), judgedOutput({ call, answer } as AnsweredCall))
}

function judgedOutput({ call, answer }: AnsweredCall): readonly number[] {
  if (call.kind === 'replay') return Array.from(call.output)
  const { tokens } = answer as GenerateAnswer
  return isFailure(answer as GenerateAnswer) ? [...tokens, NO_TOKEN] : tokens
}

/**
 * Judges an answer by this node's own pass. Throws a `RuleError` if the model says something else. That it ends as a
 * generation does is a rule of bodies.
 */
export function judgeAnswer(answered: AnsweredCall, evaluation: ExamEvaluation): void {
  const { call } = answered
  const task = taskOf(call)
  const mismatch =
    call.kind === 'replay'
      ? mismatchOfReplay(replayAnswer(call, task, evaluation), answered.answer as ReplayAnswer)
      : mismatchOfGenerated(task, { answer: answered.answer as GenerateAnswer, evaluation })
  if (mismatch !== undefined) throw new RuleError('ANSWER_MISMATCH', 'A model says something else', mismatch)
}

interface Mismatch {
  readonly expected: string
  readonly actual: string
}

function mismatchOfReplay(right: ReplayAnswer, { isRightRoot, firstWrong }: ReplayAnswer): Mismatch | undefined {
  if (right.isRightRoot === isRightRoot && right.firstWrong === firstWrong) return undefined
  const say = (root: boolean, at: number): string => `${root ? 'the root' : 'another root'}, ${at} tokens right`
  return { expected: say(right.isRightRoot, right.firstWrong), actual: say(isRightRoot, firstWrong) }
}

/** What a pass over the output that a contract claims says about it. */
export function replayAnswer(call: ReplayCall, task: GenerationTask, evaluation: ExamEvaluation): ReplayAnswer {
  const { output, root, input, model } = call
  const verdict = judgeOutput(task, output, evaluation)
  const isRightRoot = verdict.root !== undefined && equalBytes(verdict.root, root)
  // Nothing is drawn after a token that ends an answer.
  const end = Array.from(output).findIndex((token) => model.stopTokens.includes(token)) + 1
  const firstWrong = end > 0 && end < verdict.firstWrong ? end : verdict.firstWrong
  return { kind: 'replay', input, isRightRoot, firstWrong }
}

function mismatchOfGenerated(
  task: GenerationTask,
  { answer, evaluation }: { readonly answer: GenerateAnswer; readonly evaluation: ExamEvaluation },
): Mismatch | undefined {
  const { tokens, root } = answer
  if (isFailure(answer)) {
    const { notFinite, firstWrong } = judgeOutput(task, [...tokens, NO_TOKEN], evaluation)
    const breaksDown = notFinite === tokens.length && firstWrong === notFinite && !isFiniteAt(evaluation, notFinite)
    if (breaksDown) return undefined
    return { expected: 'finite numbers', actual: `a failure after ${tokens.length} tokens` }
  }
  const verdict = judgeOutput(task, tokens, evaluation)
  if (verdict.firstWrong < tokens.length)
    return { expected: 'the tokens that are drawn', actual: `another one at ${verdict.firstWrong}` }
  if (verdict.root !== undefined && equalBytes(verdict.root, root)) return undefined
  return { expected: verdict.root === undefined ? 'a failure' : bytesToHex(verdict.root), actual: bytesToHex(root) }
}
