import type { NonceSpan, SearchJob } from './attempt-search.ts'
import { EngineError } from './engine-error.ts'
import type { RequestLimits } from './validate-generation.ts'

/** What exams of format bytes-1 need, and what the engine's own builder has room for (`native/engine/exam.h`). */
const EXAM_VOCABULARY = 259
const MAX_EXAM_TOKENS = 4096
const MAX_ANSWER_TOKENS = 256
const MAX_EXAM_PROBES = 16
/** Begin and line end around the salt. */
const FRAMING_TOKENS = 2
/** `Q: ` and `\nA: `, in tokens of the byte vocabulary. */
const QUESTION_FRAME = 7
const HASH_BYTES = 32
/** One past the largest nonce. */
const NONCES_END = 2n ** 64n

/**
 * Throws `INFERENCE_REQUEST_INVALID` unless the engine can make attempts at `job`. Native code is not expected to
 * defend itself.
 */
export function validateSearch(job: SearchJob, span: NonceSpan, { vocabularySize, contextSize }: RequestLimits): void {
  const { exam, epochKey, sealHash, target } = job
  requireThat(exam.format === 'bytes-1', 'exam.format', exam.format)
  requireThat(vocabularySize >= EXAM_VOCABULARY, 'the vocabulary', vocabularySize)
  requireWithin('exam.tokens', exam.tokens, [2, Math.min(MAX_EXAM_TOKENS, contextSize + 1)])
  requireWithin('exam.answerTokens', exam.answerTokens, [2, MAX_ANSWER_TOKENS])
  const mostSalt = exam.tokens - FRAMING_TOKENS - QUESTION_FRAME - exam.answerTokens
  requireWithin('exam.minSaltTokens', exam.minSaltTokens, [1, mostSalt])
  requireWithin('exam.probes', exam.probes, [0, MAX_EXAM_PROBES])
  for (const [name, hash] of Object.entries({ epochKey, sealHash })) {
    requireThat(hash.length === HASH_BYTES, name, `${hash.length} bytes`)
  }
  requireThat(target >= 0n && target < 2n ** 256n, 'target', target)
  requireThat(span.first >= 0n && span.first <= span.end && span.end <= NONCES_END, 'span', `${span.first}–${span.end}`)
}

function requireWithin(name: string, value: number, [least, most]: readonly [number, number]): void {
  requireThat(Number.isInteger(value) && value >= least && value <= most, name, value)
}

function requireThat(holds: boolean, name: string, actual: unknown): void {
  if (holds) return
  throw new EngineError('INFERENCE_REQUEST_INVALID', `The engine cannot search with this ${name}: ${actual}`, {
    actual: String(actual),
  })
}
