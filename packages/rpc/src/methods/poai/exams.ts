import {
  blockPlace,
  count,
  type Method,
  MODEL_PASS_COST,
  method,
  optional,
  orNull,
  required,
  requirePart,
  SCHEMAS,
} from '@poai/api'
import { bytesToHex, RuleError } from '@poai/core'
import type { ExamAnswers } from '../../exams/exam-answers.ts'
import { formatAnsweredExam, formatExam, formatTranscript } from '../../format/format-exam.ts'
import type { MethodContext } from '../method-context.ts'

/** The work behind blocks: their exams, the model's answers, and the proof that it gave them. */
export function examMethods(context: MethodContext, answers: ExamAnswers): readonly Method[] {
  const { view, verifier, clock } = context
  return [
    method({
      name: 'poai_getExam',
      summary: 'The exam of a block, the expected answers, and the answers of this node’s model, token by token',
      cost: MODEL_PASS_COST,
      params: [required('block', blockPlace)],
      result: orNull(SCHEMAS.exam),
      run: async ([place]) => {
        const named = view.header(place)
        if (named === undefined || named.header.number === 0n) return null
        if (answers.hasModel) return formatAnsweredExam(named, await answers.answer(named))
        return formatExam(named, answers.examOf(named))
      },
    }),
    method({
      name: 'poai_getTranscript',
      summary: 'The leaves of a block’s transcript; with an index, that leaf with the hashes that lead to the root',
      cost: MODEL_PASS_COST,
      params: [required('block', blockPlace), optional('leaf', count)],
      result: orNull(SCHEMAS.transcript),
      run: async ([place, leaf]) => {
        const named = view.header(place)
        if (named === undefined || named.header.number === 0n) return null
        return formatTranscript(named, await answers.answer(named), leaf)
      },
    }),
    method({
      name: 'poai_verifyBlock',
      summary: 'Replays a block’s exam on this node now, and says whether its work is what it claims',
      cost: MODEL_PASS_COST,
      params: [required('block', blockPlace)],
      result: SCHEMAS.verdict,
      run: async ([place], { signal }) => {
        const named = view.requireHeader(place)
        const replay = requirePart(verifier, 'model: it cannot replay')
        const { epochKey } = answers.examOf(named)
        const startedMs = clock.nowMs()
        const verdict = await replay.verify(named.header, { epochKey, signal }).then(
          () => ({ valid: true }),
          (error: unknown) => {
            if (!(error instanceof RuleError)) throw error
            return { valid: false, code: error.code, reason: error.message }
          },
        )
        const milliseconds = Math.max(0, clock.nowMs() - startedMs)
        return { block: bytesToHex(named.hash), ...verdict, milliseconds }
      },
    }),
  ]
}
