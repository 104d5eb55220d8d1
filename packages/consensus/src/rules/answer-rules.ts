import {
  answersRoot,
  BYTE_TOKENS,
  bytesToHex,
  callName,
  decodeInferenceCall,
  equalBytes,
  type GenerateAnswer,
  type GenerateCall,
  gasOfAnswer,
  type InferenceAnswer,
  type InferenceCall,
  isFailure,
} from '@poai/core'
import type { Rule } from './rule.ts'
import type { RuledBody } from './ruled-body.ts'

/** What models are said to have said, read as calls; only where blocks have answers. */
function answersOf({ rules, body }: RuledBody): readonly AnswerToCall[] {
  const { inference } = rules
  if (inference === undefined || body.answers === undefined) return []
  return body.answers.map((answer) => ({ answer, call: decodeInferenceCall(inference, answer.kind, answer.input) }))
}

interface AnswerToCall {
  readonly answer: InferenceAnswer
  /** Undefined if its input is no call. */
  readonly call: InferenceCall | undefined
}

/** Like the root of the transactions: it says whether these are the header's answers at all. */
export const answersRootOfBody: Rule<RuledBody> = {
  code: 'BODY_ANSWERS_ROOT',
  statement: "the header's answersRoot is that of the body's answers",
  check: ({ header, body }) => {
    if (body.answers === undefined || header.answersRoot === undefined) return undefined
    const actual = answersRoot(body.answers)
    return equalBytes(actual, header.answersRoot)
      ? undefined
      : { expected: bytesToHex(header.answersRoot), actual: bytesToHex(actual) }
  },
}

/** Whether an answer ends as a generation does. No engine can be asked about every answer that does not. */
function endsWell({ maxTokens, model }: GenerateCall, answer: GenerateAnswer): boolean {
  const { tokens } = answer
  const stop = tokens.findIndex((token) => model.stopTokens.includes(token))
  if (stop !== -1 && stop < tokens.length - 1) return false
  const isOver = stop !== -1 || tokens.length === maxTokens
  return isOver !== isFailure(answer)
}

/** Replays and execution would find out too, but only after much work. */
export const answerForm: Rule<RuledBody> = {
  code: 'BODY_ANSWER_FORM',
  statement:
    'each answer is to a call of its kind that the rules know, within its bounds, ends as generations do, and no ' +
    'call has two',
  check: (subject) => {
    const seen = new Set<string>()
    for (const [index, { answer, call }] of answersOf(subject).entries()) {
      if (call === undefined) return { expected: 'the input of a call', actual: `something else in answer ${index}` }
      const name = callName(call)
      if (seen.has(name)) return { expected: 'each call once', actual: `answer ${index} again` }
      seen.add(name)
      const tokens = answer.kind === 'generate' ? answer.tokens : []
      const most = call.kind === 'generate' ? call.maxTokens : 0
      if (tokens.length > most || tokens.some((token) => token >= BYTE_TOKENS))
        return { expected: `at most ${most} tokens below ${BYTE_TOKENS}`, actual: `other tokens in answer ${index}` }
      if (call.kind === 'generate' && answer.kind === 'generate' && !endsWell(call, answer))
        return { expected: `a token that ends it, or ${most} tokens`, actual: `another end of answer ${index}` }
    }
    return undefined
  },
}

/** At most a fifth of the gas is refunded (EIP-3529): what was spent is at most so much more than what was used. */
const SPENT_NUMERATOR = 5n
const SPENT_DENOMINATOR = 4n

/** What a replay of them costs is paid for: nobody is made to compute answers that no transaction asked for. */
export const answersGas: Rule<RuledBody> = {
  code: 'BODY_ANSWERS_GAS',
  statement: 'the gas of all answers together is at most 5/4 of gasUsed',
  check: (subject) => {
    let gas = 0n
    for (const { answer, call } of answersOf(subject)) {
      if (call !== undefined) gas += gasOfAnswer(call, answer.kind === 'generate' ? answer.tokens.length : 0)
    }
    const most = (subject.header.gasUsed * SPENT_NUMERATOR) / SPENT_DENOMINATOR
    return gas <= most ? undefined : { expected: `at most ${most}`, actual: gas }
  },
}
