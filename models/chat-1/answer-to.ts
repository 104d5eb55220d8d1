import type { InferenceEngine } from '@poai/inference'
import { decodeAnswer, type Exchange, encodePrompt, STOP_TOKENS } from './text/encode-dialogue.ts'

/** Fed tokens that the model was trained for. */
export const CONTEXT_TOKENS = 511

/** The longest answers, stories, have about 350 bytes. */
const LONGEST_ANSWER = 400

/** The most likely answer. What was said first is forgotten where the context has no room for it. */
export async function answerTo(
  engine: Pick<InferenceEngine, 'generate'>,
  user: string,
  before: readonly Exchange[] = [],
): Promise<string> {
  const prompt = encodePrompt(user, before)
  const room = CONTEXT_TOKENS + 1 - prompt.length
  if (room < LONGEST_ANSWER && before.length > 0) return await answerTo(engine, user, before.slice(1))
  if (room < 1) throw new RangeError(`the question has ${prompt.length} tokens, ${CONTEXT_TOKENS} fit`)
  const { tokens } = await engine.generate({
    prompt,
    maxTokens: Math.min(room, LONGEST_ANSWER),
    sampling: { temperature: 0, seed: new Uint8Array(32) },
    stopTokens: STOP_TOKENS,
  })
  return decodeAnswer(tokens)
}
