import { type Call, MODEL_PASS_COST } from '@poai/api'
import { callName } from '@poai/core'
import type { AnswerSource, CallInput } from '@poai/execution'
import type { MethodContext } from './method-context.ts'

/** The part of a call that executions for it need. */
export type ExecutingCall = Pick<Call, 'pause' | 'signal' | 'charge'>

/** Lets an execution rest, and ask models, as long as somebody waits for it. */
export function executionPlace(
  { answers }: Pick<MethodContext, 'answers'>,
  call: ExecutingCall,
): Pick<CallInput, 'pause' | 'answers'> {
  return { pause: call.pause, answers: answers && chargedAnswers(answers, call) }
}

/** The client pays for each question once, however often its executions ask it. */
function chargedAnswers(source: AnswerSource, call: ExecutingCall): AnswerSource {
  const charged = new Set<string>()
  return {
    answer: (asked) => {
      const name = callName(asked)
      if (!charged.has(name)) call.charge(MODEL_PASS_COST)
      charged.add(name)
      // Only now: a signal costs more than most calls do.
      return source.answer(asked, call.signal)
    },
  }
}
