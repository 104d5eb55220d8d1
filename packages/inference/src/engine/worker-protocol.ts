import type { NonceSpan, SearchJob, SearchProgress, SearchResult } from './attempt-search.ts'
import type { EngineErrorCode } from './engine-error.ts'
import { wordsPerPosition } from './evaluation.ts'
import type { EngineModel, EvaluationRequest } from './inference-engine.ts'
import type { SessionOptions } from './session-options.ts'

/*
 * Parent and worker talk in messages: over the IPC channel of child_process with `serialization: 'advanced'`, over a
 * MessagePort, or in frames over pipes (`program/program-frames.ts`). A batch is one Uint32Array each way, since one
 * typed array crosses in one piece and a hundred small ones do not.
 *
 * Batch:   count, then for each request: tokens t, positions p, probes q, then t + p + q words.
 * Results: the evaluations' words one after another; their lengths follow from the requests.
 *
 * Example, one request of tokens [1, 7, 2], position [2], probe [9]:
 * 01 00 00 00 | 03 00 00 00 01 00 00 00 01 00 00 00 | 01 00 00 00 07 00 00 00 02 00 00 00 | 02 00 00 00 | 09 00 00 00
 */

/** Words before the three lists of a request: their lengths. */
const REQUEST_HEADER_WORDS = 3

/** What the parent says to a worker. `load` comes first and once. */
export type ToWorker =
  | { readonly kind: 'load'; readonly options: SessionOptions }
  | { readonly kind: 'batch'; readonly id: number; readonly words: Uint32Array }
  | { readonly kind: 'search'; readonly id: number; readonly job: SearchJob; readonly span: NonceSpan }
  /** Ends the search with that number, if it is still running. */
  | { readonly kind: 'cancel'; readonly id: number }

/** What a worker says to the parent. */
export type FromWorker =
  | { readonly kind: 'ready'; readonly model: EngineModel }
  | { readonly kind: 'load-failed'; readonly failure: WorkerFailure }
  | { readonly kind: 'result'; readonly id: number; readonly words: Uint32Array }
  | { readonly kind: 'batch-failed'; readonly id: number; readonly failure: WorkerFailure }
  | { readonly kind: 'progress'; readonly id: number; readonly progress: SearchProgress }
  | { readonly kind: 'searched'; readonly id: number; readonly ending: SearchEnding }

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
  for (const { tokens, positions, probes } of requests) {
    length += REQUEST_HEADER_WORDS + tokens.length + positions.length + probes.length
  }
  const words = new Uint32Array(length)
  words[0] = requests.length
  let at = 1
  for (const { tokens, positions, probes } of requests) {
    words.set([tokens.length, positions.length, probes.length], at)
    at += REQUEST_HEADER_WORDS
    for (const list of [tokens, positions, probes]) {
      words.set(list, at)
      at += list.length
    }
  }
  return words
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
    const [tokens, positions, probes] = take(REQUEST_HEADER_WORDS) as unknown as readonly [number, number, number]
    requests.push({ tokens: take(tokens), positions: take(positions), probes: take(probes) })
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
  for (const { positions, probes } of requests) {
    const length = positions.length * wordsPerPosition(probes.length)
    evaluations.push(words.slice(at, at + length))
    at += length
  }
  return at === words.length ? evaluations : undefined
}
