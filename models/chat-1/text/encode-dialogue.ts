import { TOPICS, type Turn } from './dialogue.ts'

/** What was said, whatever the topic. */
export type Exchange = Pick<Turn, 'user' | 'answer'>

/** The longest dialogue in tokens; the model is trained on positions below this. */
export const MAX_DIALOGUE_TOKENS = 512

const BEGIN = 1
const END = 2
const FIRST_BYTE = 3

/** A dialogue as the trainer reads it: its tokens, and which of them are to be predicted. */
export interface EncodedDialogue {
  readonly tokens: readonly number[]
  readonly predicted: readonly number[]
  /** For each turn its topic's index and how many tokens are predicted. */
  readonly spans: readonly (readonly [topic: number, tokens: number])[]
}

/** Tokens that end an answer: the end of the text, and the end of its line. */
export const STOP_TOKENS: readonly number[] = [END, FIRST_BYTE + 0x0a]

/** What was said before, and what the user says now: the prompt that the model answers. */
export function encodePrompt(user: string, before: readonly Exchange[] = []): Uint32Array {
  const past = before.map((turn) => `U: ${turn.user}\nA: ${turn.answer}\n`).join('')
  return Uint32Array.from([BEGIN, ...encodeText(`${past}U: ${user}\nA:`)])
}

/** The answer in what the model put out after a prompt. */
export function decodeAnswer(tokens: Iterable<number>): string {
  const bytes = Array.from(tokens).filter((token) => token >= FIRST_BYTE)
  return new TextDecoder().decode(Uint8Array.from(bytes, (token) => token - FIRST_BYTE)).trim()
}

function encodeText(text: string): readonly number[] {
  return Array.from(new TextEncoder().encode(text), (byte) => FIRST_BYTE + byte)
}

/**
 * `<s>U: …\nA: …\nU: …\nA: …\n</s>`, one token a byte. Predicted are the answers with the space before and the line end
 * after them, and the last token. Turns that do not fit are left out.
 */
export function encodeDialogue(turns: readonly Turn[]): EncodedDialogue {
  const tokens: number[] = [BEGIN]
  const predicted: number[] = []
  const spans: [number, number][] = []
  for (const { topic, user, answer } of turns) {
    const asked = encodeText(`U: ${user}\nA:`)
    const answered = encodeText(` ${answer}\n`)
    if (tokens.length + asked.length + answered.length >= MAX_DIALOGUE_TOKENS) break
    tokens.push(...asked)
    for (const token of answered) predicted.push(tokens.push(token) - 1)
    spans.push([TOPICS.indexOf(topic), answered.length])
  }
  predicted.push(tokens.push(END) - 1)
  const last = spans.at(-1)
  if (last !== undefined) last[1]++
  return { tokens, predicted, spans }
}
