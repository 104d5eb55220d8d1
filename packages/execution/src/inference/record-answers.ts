import { callName, encodedBytesOf, type InferenceAnswer, type InferenceCall } from '@poai/core'
import { type AnswerSource, askSource } from './answer-source.ts'

/** The answers of a block that is being built. */
export interface AnswerRecord extends AnswerSource {
  answer(call: InferenceCall): Promise<InferenceAnswer>
  /** In the order in which they were first used: what the block's body carries. */
  readonly answers: readonly InferenceAnswer[]
  /** Of their encodings together. */
  readonly bytes: number
  /** From a length that `answers` had: forgets that those after it were used. */
  undo(length: number): void
}

/** Asks a source once for each call, however often a block makes it. */
export function recordAnswers(source: AnswerSource | undefined): AnswerRecord {
  const known = new Map<string, InferenceAnswer>()
  const used = new Set<string>()
  const answers: InferenceAnswer[] = []
  let bytes = 0
  return {
    async answer(call) {
      const name = callName(call)
      const answer = known.get(name) ?? (await askSource(source, call))
      known.set(name, answer)
      if (!used.has(name)) {
        used.add(name)
        answers.push(answer)
        bytes += encodedBytesOf(answer)
      }
      return answer
    },
    get answers(): readonly InferenceAnswer[] {
      return answers
    },
    get bytes(): number {
      return bytes
    },
    undo(length) {
      for (const answer of answers.splice(length)) {
        used.delete(callName(answer))
        bytes -= encodedBytesOf(answer)
      }
    },
  }
}
