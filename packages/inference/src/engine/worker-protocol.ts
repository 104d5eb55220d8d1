import type { NonceSpan, SearchJob, SearchProgress, SearchResult } from './attempt-search.ts'
import type { EngineErrorCode } from './engine-error.ts'
import { positionWords } from './evaluation.ts'
import type { EngineModel, EvaluationRequest } from './inference-engine.ts'
import type { SessionOptions } from './session-options.ts'
import { decodeSampling, encodeSampling, SAMPLING_WORDS } from './slice-codec.ts'

/*
 * Parent and worker talk in messages: over the IPC channel of child_process with `serialization: 'advanced'`, over a
 * MessagePort, or in frames over pipes (`program/program-frames.ts`). A batch is one Uint32Array each way, since one
 * typed array crosses in one piece and a hundred small ones do not.
 *
 * Batch:   count, then for each request: tokens t, positions p, probes q, has sampling s, then t + p + q words, then
 *          the sampling if s is 1.
 * Results: the evaluations' words one after another; their lengths follow from the requests.
 *
 * Example, one request of tokens [1, 7, 2], position [2], probe [9]:
 * 01 00 00 00 | 03 00 00 00 01 00 00 00 01 00 00 00 00 00 00 00 |
 * 01 00 00 00 07 00 00 00 02 00 00 00 | 02 00 00 00 | 09 00 00 00
 */

/** Words before the lists of a request: their lengths, and whether a sampling follows. */
export const REQUEST_HEADER_WORDS = 4

/** What the parent says to a worker. `load` comes first and once. */
export type ToWorker =
  | { readonly kind: 'load'; readonly options: SessionOptions }
  | { readonly kind: 'batch'; readonly id: number; readonly words: Uint32Array }
  | { readonly kind: 'search'; readonly id: number; readonly job: SearchJob; readonly span: NonceSpan }
  /** Generates until the text ends, anything else arrives, or the time is over (0: it never is). `words`: a slice. */
  | {
      readonly kind: 'generate'
      readonly id: number
      readonly generation: number
      readonly milliseconds: number
      readonly words: Uint32Array
    }
  /** Ends the search with that number, if it is still running. A generation rests when anything arrives. */
  | { readonly kind: 'cancel'; readonly id: number }

/** What a worker says to the parent. */
export type FromWorker =
  | { readonly kind: 'ready'; readonly model: EngineModel }
  | { readonly kind: 'load-failed'; readonly failure: WorkerFailure }
  | { readonly kind: 'result'; readonly id: number; readonly words: Uint32Array }
  | { readonly kind: 'batch-failed'; readonly id: number; readonly failure: WorkerFailure }
  | { readonly kind: 'progress'; readonly id: number; readonly progress: SearchProgress }
  | { readonly kind: 'searched'; readonly id: number; readonly ending: SearchEnding }
  /** Tokens that follow those that the slice had and those told before. */
  | { readonly kind: 'drawn'; readonly id: number; readonly words: Uint32Array }
  | { readonly kind: 'rested'; readonly id: number; readonly rest: SliceRest }
  | { readonly kind: 'generation-failed'; readonly id: number; readonly failure: WorkerFailure }

/** Why a generation rests: something goes first, it has ended, or its next token's numbers are not finite. */
export type SliceRest = 'interrupted' | 'ended' | 'not-finite'

/** How a worker's search ended. */
export interface SearchEnding extends SearchResult {
  /** True if it ended because it was told to. */
  readonly wasCancelled: boolean
}

/** An error as it crosses the process boundary. */
export interface WorkerFailure {
  readonly code: EngineErrorCode
  readonly message: string
  readonly expected?: string | undefined
  readonly actual?: string | undefined
  readonly hint?: string | undefined
}

/** All of `requests` as one run of words. */
export function encodeBatch(requests: readonly EvaluationRequest[]): Uint32Array {
  let length = 1
  for (const { tokens, positions, probes, sampling } of requests) {
    length += REQUEST_HEADER_WORDS + tokens.length + positions.length + probes.length
    length += sampling === undefined ? 0 : SAMPLING_WORDS
  }
  const words = new Uint32Array(length)
  words[0] = requests.length
  let at = 1
  for (const request of requests) at += writeRequest(words.subarray(at), request)
  return words
}

/** Writes one request of a batch to the front of `words`, and returns how many words it takes. */
export function writeRequest(words: Uint32Array, request: EvaluationRequest): number {
  const { tokens, positions, probes, sampling } = request
  const isSampled = sampling === undefined ? 0 : 1
  words.set([tokens.length, positions.length, probes.length, isSampled])
  let at = REQUEST_HEADER_WORDS
  for (const list of [tokens, positions, probes, ...(sampling === undefined ? [] : [encodeSampling(sampling)])]) {
    words.set(list, at)
    at += list.length
  }
  return at
}

/** The requests in `words`, as views. For words that {@link encodeBatch} made: the channel is trusted. */
export function decodeBatch(words: Uint32Array): readonly EvaluationRequest[] {
  const requests: EvaluationRequest[] = []
  let at = 1
  const take = (length: number): Uint32Array => {
    at += length
    return words.subarray(at - length, at)
  }
  for (let i = 0; i < (words[0] as number); i++) {
    const head = take(REQUEST_HEADER_WORDS) as unknown as readonly [number, number, number, number]
    const [tokens, positions, probes, isSampled] = head
    const request = { tokens: take(tokens), positions: take(positions), probes: take(probes) }
    requests.push(isSampled === 0 ? request : { ...request, sampling: decodeSampling(take(SAMPLING_WORDS)) })
  }
  return requests
}

/** The evaluations' words one after another. */
export function encodeResults(evaluations: readonly Uint32Array[]): Uint32Array {
  const words = new Uint32Array(evaluations.reduce((sum, { length }) => sum + length, 0))
  let at = 0
  for (const evaluation of evaluations) {
    words.set(evaluation, at)
    at += evaluation.length
  }
  return words
}

/** Copies of each request's words; undefined if `words` do not have the length that the requests imply. */
export function decodeResults(
  words: Uint32Array,
  requests: readonly EvaluationRequest[],
): readonly Uint32Array[] | undefined {
  const evaluations: Uint32Array[] = []
  let at = 0
  for (const request of requests) {
    const length = request.positions.length * positionWords(request)
    evaluations.push(words.slice(at, at + length))
    at += length
  }
  return at === words.length ? evaluations : undefined
}
