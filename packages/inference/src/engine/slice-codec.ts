import type { GeneratedToken, GenerationRequest, Sampling } from './inference-engine.ts'

/*
 * What a worker is asked to generate: all tokens so far and how to go on, so that any worker can.
 *
 * Slice:    tokens t, those of the prompt, most output tokens, stop tokens s, sampling, then t + s words.
 * Sampling: temperature, then the 32 bytes of the seed as they lie in memory: 9 words.
 * Token:    answer, maximum, total weight, arg max, token.
 *
 * Example, prompt [1, 40], output so far [41], 3 tokens at most, no stop token, temperature 0, a seed of zeros:
 * 03 00 00 00 | 02 00 00 00 | 03 00 00 00 | 00 00 00 00 | 00 00 00 00 | 32 times 00 |
 * 01 00 00 00 28 00 00 00 29 00 00 00
 */

const HEAD_WORDS = 4
export const SAMPLING_WORDS = 9
const TOKEN_WORDS = 5
/** Where the token stands among them. */
export const TOKEN_WORD = 4

/** A generation as far as it has got. */
export interface GenerationSlice extends GenerationRequest {
  readonly output: readonly number[]
}

export function encodeSampling({ temperature, seed }: Sampling): Uint32Array {
  const words = new Uint32Array(SAMPLING_WORDS)
  words[0] = temperature
  new Uint8Array(words.buffer, 4).set(seed)
  return words
}

/** The sampling in the first {@link SAMPLING_WORDS} of `words`. */
export function decodeSampling(words: Uint32Array): Sampling {
  const own = words.slice(0, SAMPLING_WORDS)
  return { temperature: own[0] as number, seed: new Uint8Array(own.buffer, 4) }
}

export function encodeSlice({ prompt, output, maxTokens, sampling, stopTokens }: GenerationSlice): Uint32Array {
  const count = prompt.length + output.length
  return Uint32Array.from([
    ...[count, prompt.length, maxTokens, stopTokens.length],
    ...encodeSampling(sampling),
    ...prompt,
    ...output,
    ...stopTokens,
  ])
}

/** The slice in `words`, which {@link encodeSlice} made: the channel is trusted. */
export function decodeSlice(words: Uint32Array): GenerationSlice {
  const [count = 0, promptCount = 0, maxTokens = 0] = words
  const sampling = decodeSampling(words.subarray(HEAD_WORDS))
  const tokens = words.subarray(HEAD_WORDS + SAMPLING_WORDS)
  return {
    prompt: tokens.slice(0, promptCount),
    output: [...tokens.subarray(promptCount, count)],
    maxTokens,
    sampling,
    stopTokens: [...tokens.subarray(count)],
  }
}

/** The tokens in `words`, of which the first is output token `index`; undefined if they are no whole tokens. */
export function decodeDrawn(words: Uint32Array, index: number): readonly GeneratedToken[] | undefined {
  if (words.length % TOKEN_WORDS !== 0) return undefined
  const steps: GeneratedToken[] = []
  for (let at = 0; at < words.length; at += TOKEN_WORDS) {
    const [answer, maximum, totalWeight, argMax, token] = words.subarray(at, at + TOKEN_WORDS) as unknown as readonly [
      ...[number, number, number, number, number],
    ]
    steps.push({ index: index + steps.length, token, answer, maximum, totalWeight, argMax })
  }
  return steps
}
