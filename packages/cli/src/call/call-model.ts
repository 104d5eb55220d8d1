import { ask, type RpcClient } from '@poai/api/connect'
import {
  bytesToHex,
  bytesToUint,
  type CallableModel,
  encodeGenerate,
  type GenerateCall,
  gasOfAnswer,
  type Hash32,
  type Hex,
  hex,
  INFERENCE_ADDRESSES,
  type InferenceParams,
  uintToBytes,
  utf8ToBytes,
} from '@poai/core'
import { plural } from '@poai/testnet/terminal'
import { UsageError } from '../report-error.ts'
import { templateOf } from './prompt-template.ts'

/** What a user asks. */
export interface ModelQuestion {
  readonly text: string
  /** The name or the SHA-256 of a model. Default: the first one of the network. */
  readonly model?: string
  /** The text is the whole prompt. */
  readonly isRaw: boolean
  /** Default: what the model was taught, or what is left of its context. */
  readonly maxTokens?: number
  /** In thousandths. */
  readonly temperature: number
  readonly seed: Hash32
}

/** What the model said. */
export interface ModelReply {
  readonly model: CallableModel
  readonly prompt: string
  readonly text: Uint8Array
  readonly tokens: number
  readonly root: Hex
  /** What the precompile charges a contract for it. */
  readonly gas: bigint
}

const ADDRESS: Hex = bytesToHex(uintToBytes(INFERENCE_ADDRESSES.generate, 20))
/** An engine may have to be started for it, and other work goes first. */
const CALL_TIMEOUT_MS = 120_000
const WORD = 32

/** The model that a name or a hash means. */
export function chooseModel({ models }: InferenceParams, wanted: string | undefined): CallableModel {
  const name = wanted?.toLowerCase().replace(/^0x/, '')
  const found = models.find(
    ({ name: known, sha256 }) => name === undefined || known === wanted || bytesToHex(sha256) === `0x${name}`,
  )
  if (found !== undefined) return found
  const known = models.map((model) => `${model.name} (${bytesToHex(model.sha256)})`)
  throw new UsageError(`no contract can call the model ${wanted} here`, `the network has ${known.join(', ')}`)
}

/** The call that asks a question: throws if it does not fit into the model's context. */
export function toCall(model: CallableModel, question: ModelQuestion): GenerateCall {
  const { before, after, answerTokens } = templateOf(model, question.isRaw)
  const prompt = utf8ToBytes(`${before}${question.text}${after}`)
  const promptTokens = 1 + prompt.length
  const room = model.contextTokens - promptTokens
  const { maxTokens = Math.max(1, Math.min(answerTokens, room)), temperature, seed } = question
  if (maxTokens > room) {
    throw new UsageError(
      `the prompt has ${promptTokens} tokens and the answer up to ${maxTokens}, and ${model.name} holds ${model.contextTokens}`,
      room < 1 ? `leave out ${plural(1 - room, 'byte')} or more` : `--max-tokens ${room} is the most after this prompt`,
    )
  }
  const input = encodeGenerate({ model: model.sha256, prompt, maxTokens, temperature, seed })
  return { kind: 'generate', input, model, prompt, maxTokens, temperature, seed }
}

/** Asks a model through the precompile, as a contract would, and keeps nothing on the chain. */
export async function callModel(client: RpcClient, call: GenerateCall, signal: AbortSignal): Promise<ModelReply> {
  const { model } = call
  const message = { to: ADDRESS, data: bytesToHex(call.input) }
  const output = hex(await ask(client, 'eth_call', [message, 'latest'], { signal, timeoutMs: CALL_TIMEOUT_MS }))
  const word = (index: number): Uint8Array => output.subarray(index * WORD, (index + 1) * WORD)
  // Where the text begins, its tokens, the root; then its length, and itself.
  const [tokens, length] = [Number(bytesToUint(word(1))), Number(bytesToUint(word(3)))]
  return {
    model,
    prompt: new TextDecoder().decode(call.prompt),
    text: output.subarray(4 * WORD, 4 * WORD + length),
    tokens,
    root: bytesToHex(word(2)),
    gas: gasOfAnswer(call, tokens),
  }
}
