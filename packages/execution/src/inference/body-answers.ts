import { callName, type InferenceAnswer, type InferenceCall, RuleError } from '@poai/core'
import type { AnswerSource } from './answer-source.ts'

/** The answers that a block carries. */
export interface BodyAnswers extends AnswerSource {
  answer(call: InferenceCall): InferenceAnswer
  /** Throws a `RuleError` if the block carries an answer that nothing in it asked for. */
  finish(): void
}

/**
 * Answers calls from a block's body. The first calls must come in the body's order, so that a block has one body only;
 * what was asked once may be asked again. A call that is not the next one breaks the rule `EXECUTION_ANSWERS`.
 */
export function answersOfBody(answers: readonly InferenceAnswer[]): BodyAnswers {
  const used = new Map<string, InferenceAnswer>()
  return {
    answer(call) {
      const name = callName(call)
      const known = used.get(name)
      if (known !== undefined) return known
      const next = answers[used.size]
      const found = next === undefined ? 'no more answers' : callName(next)
      if (next === undefined || found !== name) {
        throw new RuleError('EXECUTION_ANSWERS', `a contract asks for what is not answer ${used.size} of the body`, {
          expected: name,
          actual: found,
        })
      }
      requireFitting(call, next)
      used.set(name, next)
      return next
    },
    finish() {
      if (used.size === answers.length) return
      throw new RuleError('EXECUTION_ANSWERS', 'the body has answers that no contract asks for', {
        expected: `${used.size} answers`,
        actual: `${answers.length} answers`,
      })
    },
  }
}

/** A replay of the answer would find this out too. Here it keeps what a call pays within what it brought. */
function requireFitting(call: InferenceCall, answer: InferenceAnswer): void {
  const [most, said] = [mostOf(call), answer.kind === 'generate' ? answer.tokens.length : answer.firstWrong]
  if (said <= most) return
  throw new RuleError('EXECUTION_ANSWERS', 'an answer is longer than what was asked for', {
    expected: `at most ${most} tokens`,
    actual: `${said} tokens`,
  })
}

function mostOf(call: InferenceCall): number {
  return call.kind === 'generate' ? call.maxTokens : call.output.length
}
