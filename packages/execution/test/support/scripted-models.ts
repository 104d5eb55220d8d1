import {
  AppError,
  type CallableModel,
  concatBytes,
  encodeGenerate,
  encodeReplay,
  type GenerateAnswer,
  type GenerateCall,
  type Hash32,
  hash32,
  hex,
  type InferenceAnswer,
  type InferenceCall,
  type InferenceParams,
  type ReplayAnswer,
  type ReplayCall,
  toHash32,
  utf8ToBytes,
  ZERO_HASH,
} from '@poai/core'
import type { AnswerSource } from '../../src/index.ts'

/** A model at the least prices that a network may have. */
export const MODEL: CallableModel = {
  name: 'quiz-1',
  sha256: toHash32(hex(`0x${'11'.repeat(32)}`)),
  domain: 'portable-1',
  vectorsSha256: toHash32(hex(`0x${'22'.repeat(32)}`)),
  format: 'bytes-1',
  contextTokens: 64,
  stopTokens: [2, 13],
  baseGas: 10_000n,
  promptTokenGas: 100n,
  outputTokenGas: 1_000n,
}
export const INFERENCE: InferenceParams = { models: [MODEL] }

/** A prompt after which the model's numbers are not finite. */
export const INFINITE = 'infinite'
/** A prompt that nobody can answer now. */
export const UNANSWERED = 'unanswered'

/** The input of `generate`: `prompt` for at most four tokens, unless it is said otherwise. */
export function generateInput(
  prompt: string,
  rest: Partial<Omit<GenerateCall, 'kind' | 'input' | 'model' | 'prompt'>> & { readonly model?: Hash32 } = {},
): Uint8Array {
  const said = { model: MODEL.sha256, maxTokens: 4, temperature: 0, seed: ZERO_HASH, ...rest }
  return encodeGenerate({ ...said, prompt: utf8ToBytes(prompt) })
}

/** The input of `replay`. */
export function replayInput(
  prompt: string,
  output: readonly number[],
  rest: Partial<Pick<ReplayCall, 'temperature' | 'seed' | 'root'>> = {},
): Uint8Array {
  const said = { model: MODEL.sha256, temperature: 0, seed: ZERO_HASH, root: ZERO_HASH, ...rest }
  return encodeReplay({ ...said, prompt: utf8ToBytes(prompt), output: Uint32Array.from(output) })
}

/** Models whose answers follow from a hash of the call, and that keep count of what they were asked. */
export class ScriptedModels implements AnswerSource {
  readonly asked: InferenceCall[] = []

  async answer(call: InferenceCall): Promise<InferenceAnswer> {
    this.asked.push(call)
    if (equal(call.prompt, UNANSWERED)) {
      throw new AppError('ENGINE_BUSY', 'the engine is busy', { hint: 'ask again later' })
    }
    return answerTo(call)
  }
}

/** What {@link ScriptedModels} answer. */
export function answerTo(call: InferenceCall): InferenceAnswer {
  return call.kind === 'generate' ? generate(call) : replay(call)
}

function generate({ input, prompt, maxTokens }: GenerateCall): GenerateAnswer {
  if (equal(prompt, INFINITE)) return { kind: 'generate', input, tokens: [], root: ZERO_HASH }
  const bits = hash32(input)
  const tokens = Array.from(
    { length: 1 + ((bits[0] as number) % maxTokens) },
    (_, index) => 3 + (bits[index % 32] ?? 0),
  )
  return { kind: 'generate', input, tokens, root: hash32(concatBytes(input, Uint8Array.from(tokens))) }
}

function replay({ input, output }: ReplayCall): ReplayAnswer {
  const [first = 0, second = 0] = hash32(input)
  return { kind: 'replay', input, isRightRoot: first % 2 === 0, firstWrong: second % (output.length + 1) }
}

function equal(prompt: Uint8Array, text: string): boolean {
  return new TextDecoder().decode(prompt) === text
}
