import { type Hash32, toHash32 } from '../branded.ts'
import { concatBytes, equalBytes } from '../bytes.ts'
import type { CallableModel, InferenceParams } from '../network/network-params.ts'
import { AbiReader, abiBytes, WORD_BYTES, wordOf } from './abi-words.ts'
import { BYTE_TOKENS } from './text-format.ts'

/** No model's prompt and answer are longer. */
export const MAX_CONTEXT_TOKENS = 4_096
/** In thousandths. At a hundred every token is about as likely as any other. */
export const MAX_TEMPERATURE = 100_000

/** The two precompiles: one asks a model, the other judges what somebody says that it said. */
export const INFERENCE_KINDS = ['generate', 'replay'] as const
export type InferenceKind = (typeof INFERENCE_KINDS)[number]

/** Where contracts find them. */
export const INFERENCE_ADDRESSES: Readonly<Record<InferenceKind, bigint>> = { generate: 0x0a10n, replay: 0x0a11n }

/** What a model is given, and how its answer is drawn. */
export interface Prompting {
  readonly model: CallableModel
  readonly prompt: Uint8Array
  /** In thousandths; 0 takes the most likely token each time. */
  readonly temperature: number
  /** What draws at a temperature come from. */
  readonly seed: Hash32
}

/** Asks a model to answer. */
export interface GenerateCall extends Prompting {
  readonly kind: 'generate'
  /** What the contract sent: equal calls have equal bytes. */
  readonly input: Uint8Array
  readonly maxTokens: number
}

/** Asks whether a model would have answered this. */
export interface ReplayCall extends Prompting {
  readonly kind: 'replay'
  readonly input: Uint8Array
  /** The tokens that are said to be its answer. */
  readonly output: Uint32Array
  /** The root that is said to be that of its leaves. */
  readonly root: Hash32
}

/** A call of one of the two precompiles. */
export type InferenceCall = GenerateCall | ReplayCall

/** Before the parts of variable length. */
const GENERATE_HEAD = 5 * WORD_BYTES
const REPLAY_HEAD = 6 * WORD_BYTES

/**
 * The call that a contract makes with this input; undefined if it is none: another encoding than Solidity's
 * `abi.encode`, an unknown model, or more than the model's context holds.
 */
export function decodeInferenceCall(
  { models }: InferenceParams,
  kind: InferenceKind,
  input: Uint8Array,
): InferenceCall | undefined {
  const reader = new AbiReader(input)
  const name = reader.word()
  const model = models.find(({ sha256 }) => equalBytes(sha256, name))
  if (model === undefined) return undefined
  const call = kind === 'generate' ? readGenerate(reader, model, input) : readReplay(reader, model, input)
  return reader.isWhole && fits(call) ? call : undefined
}

function readGenerate(reader: AbiReader, model: CallableModel, input: Uint8Array): GenerateCall {
  reader.expect(GENERATE_HEAD)
  const maxTokens = reader.number(MAX_CONTEXT_TOKENS)
  const temperature = reader.number(MAX_TEMPERATURE)
  const seed = toHash32(reader.word())
  const prompt = reader.bytes(MAX_CONTEXT_TOKENS)
  return { kind: 'generate', input, model, prompt, temperature, seed, maxTokens }
}

function readReplay(reader: AbiReader, model: CallableModel, input: Uint8Array): ReplayCall {
  reader.expect(REPLAY_HEAD)
  const temperature = reader.number(MAX_TEMPERATURE)
  const seed = toHash32(reader.word())
  const outputAt = reader.number(input.length)
  const root = toHash32(reader.word())
  const prompt = reader.bytes(MAX_CONTEXT_TOKENS)
  const isInPlace = outputAt === REPLAY_HEAD + abiBytes(prompt).length
  const output = reader.numbers(isInPlace ? MAX_CONTEXT_TOKENS : 0, BYTE_TOKENS - 1)
  return { kind: 'replay', input, model, prompt, temperature, seed, output, root }
}

/** Tokens of the answer that a call may be about. */
function mostTokens(call: InferenceCall): number {
  return call.kind === 'generate' ? call.maxTokens : call.output.length
}

/** The prompt's tokens: the one that begins a sequence, and its bytes. */
function promptTokens({ prompt }: Prompting): number {
  return 1 + prompt.length
}

function fits(call: InferenceCall): boolean {
  const output = mostTokens(call)
  return output > 0 && promptTokens(call) + output <= call.model.contextTokens
}

function gasFor(call: InferenceCall, outputTokens: number): bigint {
  const { baseGas, promptTokenGas, outputTokenGas } = call.model
  return baseGas + promptTokenGas * BigInt(promptTokens(call)) + outputTokenGas * BigInt(outputTokens)
}

/** What a call must bring: enough for the longest answer that it asks for. */
export function gasToAsk(call: InferenceCall): bigint {
  return gasFor(call, mostTokens(call))
}

/** What a call pays in the end, with an answer of so many tokens. A replay pays for the tokens that it names. */
export function gasOfAnswer(call: InferenceCall, tokens: number): bigint {
  return call.kind === 'generate' ? gasFor(call, tokens) : gasToAsk(call)
}

/** The input of a call of `generate`: what Solidity's `abi.encode` writes. */
export function encodeGenerate({
  model,
  prompt,
  maxTokens,
  temperature,
  seed,
}: Omit<GenerateCall, 'kind' | 'input' | 'model'> & { readonly model: Hash32 }): Uint8Array {
  return concatBytes(...[model, wordOf(GENERATE_HEAD), wordOf(maxTokens), wordOf(temperature), seed], abiBytes(prompt))
}

/** The input of a call of `replay`. */
export function encodeReplay({
  model,
  prompt,
  temperature,
  seed,
  output,
  root,
}: Omit<ReplayCall, 'kind' | 'input' | 'model'> & { readonly model: Hash32 }): Uint8Array {
  const text = abiBytes(prompt)
  return concatBytes(
    ...[model, wordOf(REPLAY_HEAD), wordOf(temperature), seed, wordOf(REPLAY_HEAD + text.length), root],
    text,
    ...[wordOf(output.length), ...Array.from(output, wordOf)],
  )
}
