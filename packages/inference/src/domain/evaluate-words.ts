import type { EvaluationRequest, InferenceEngine } from '../engine/inference-engine.ts'

/** What vectors need of an engine, and of a single worker that is being admitted: requests in, words out. */
export type EvaluateWords = (requests: readonly EvaluationRequest[]) => Promise<readonly Uint32Array[]>

/** Requests given to an engine at a time: fills its workers without filling its queue. */
const CHUNK = 64

/** An engine's `evaluate` in that shape, as verification, a part at a time. */
export function wordsOfEngine(engine: Pick<InferenceEngine, 'evaluate'>): EvaluateWords {
  return async (requests) => {
    const words: Uint32Array[] = []
    for (let start = 0; start < requests.length; start += CHUNK) {
      const evaluations = await engine.evaluate(requests.slice(start, start + CHUNK))
      words.push(...evaluations.map((evaluation) => evaluation.words))
    }
    return words
  }
}
