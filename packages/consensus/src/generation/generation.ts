import type { Prompting } from '@poai/core'
import { type Hash32, hash32, joinBytes, promptToTokens, uintToBytes, utf8ToBytes } from '@poai/core'
import type { AskedTokens } from '../transcript/exam-evaluation.ts'
import type { ExamRequest, Sampling } from '../work/exam-evaluator.ts'

/** What a model is asked to go on with, and how its tokens are drawn. */
export interface GenerationTask extends Sampling {
  /** SHA-256 of its file. */
  readonly model: Hash32
  readonly domain: string
  /** The token that begins a sequence included. */
  readonly prompt: Uint32Array
  readonly seed: Hash32
}

const U32_BYTES = 4
/** RFC 6962: a leaf. No leaf of a token is as long as this one. */
const LEAF_PREFIX: Uint8Array = Uint8Array.of(0x00)
const TASK_DOMAIN: Uint8Array = utf8ToBytes('poai/generation/1')

/** The task of a call. */
export function taskOf({ model, prompt, temperature, seed }: Prompting): GenerationTask {
  return { model: model.sha256, domain: model.domain, prompt: promptToTokens(prompt), temperature, seed }
}

/** What the first leaf of a generation hashes: the root stands for the task too. */
export function encodeTask({ model, domain, prompt, temperature, seed }: GenerationTask): Uint8Array {
  const name = utf8ToBytes(domain)
  return joinBytes([
    ...[LEAF_PREFIX, TASK_DOMAIN, model, u32be(name.length), name, u32be(temperature), seed, u32be(prompt.length)],
    ...Array.from(prompt, u32be),
  ])
}

/** The hash of a generation's first leaf, and a name for its task. */
export function taskHash(task: GenerationTask): Hash32 {
  return hash32(encodeTask(task))
}

/** A pass over the prompt and an output, which asks at each token of the output what the model says there. */
export function requestFor({ prompt, temperature, seed }: GenerationTask, output: Iterable<number>): ExamRequest {
  const tokens = Uint32Array.from([...prompt, ...output])
  const positions = Uint32Array.from({ length: tokens.length - prompt.length }, (_, index) => prompt.length + index)
  return { tokens, positions, probes: new Uint32Array(0), sampling: { temperature, seed } }
}

/** The tokens of a request, as leaves are made from them. */
export function askedTokensOf({ tokens, positions, probes }: ExamRequest): AskedTokens {
  return { tokens, answerPositions: positions, probes }
}

function u32be(value: number): Uint8Array {
  return uintToBytes(BigInt(value), U32_BYTES)
}
