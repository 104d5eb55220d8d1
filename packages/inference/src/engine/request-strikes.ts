import { keccak256 } from '@poai/core'
import type { EvaluationRequest, GenerationRequest } from './inference-engine.ts'
import { encodeSlice } from './slice-codec.ts'
import { encodeBatch } from './worker-protocol.ts'

/**
 * Workers that a request may bring down before it is refused for good: one crash can be chance, the second is a
 * pattern.
 */
export const STRIKES_TO_REFUSE = 2

/** Requests remembered: an attacker who finds new deadly requests pushes out only his own old ones. */
export const MAX_REMEMBERED_REQUESTS = 1024

/** What a worker can die under. */
type StruckRequest = EvaluationRequest | GenerationRequest

/** Remembers which requests workers died under, so that one poisonous block cannot keep the node's workers down. */
export class RequestStrikes {
  readonly #strikes = new Map<string, number>()

  /** True if the request has brought down too many workers to be tried again. */
  isRefused(request: StruckRequest): boolean {
    // Almost always nothing is remembered: no hash is taken then.
    if (this.#strikes.size === 0) return false
    return (this.#strikes.get(fingerprint(request)) ?? 0) >= STRIKES_TO_REFUSE
  }

  /** A worker died under this request alone. */
  add(request: StruckRequest): void {
    const key = fingerprint(request)
    const strikes = (this.#strikes.get(key) ?? 0) + 1
    this.#strikes.delete(key)
    this.#strikes.set(key, strikes)
    if (this.#strikes.size <= MAX_REMEMBERED_REQUESTS) return
    const [oldest] = this.#strikes.keys()
    if (oldest !== undefined) this.#strikes.delete(oldest)
  }

  /** The request was answered: whatever happened before was not its doing. */
  clear(request: StruckRequest): void {
    if (this.#strikes.size > 0) this.#strikes.delete(fingerprint(request))
  }
}

function fingerprint(request: StruckRequest): string {
  const words = 'prompt' in request ? encodeSlice({ ...request, output: [] }) : encodeBatch([request])
  return Buffer.from(keccak256(new Uint8Array(words.buffer))).toString('hex')
}
