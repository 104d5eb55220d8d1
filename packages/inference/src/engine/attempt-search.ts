import type { ExamParams, Hash32, Seal } from '@poai/core'

/*
 * What a search for a block is: the same shapes as those of `@poai/consensus`, which this package does not import. They
 * fit by their structure.
 */

/** What whole attempts are made at: all that an exam and a work hash depend on, besides the nonce. */
export interface SearchJob {
  readonly exam: ExamParams
  readonly epochKey: Hash32
  readonly sealHash: Hash32
  /** A work hash below it makes a block. */
  readonly target: bigint
}

/** Consecutive nonces: from `first` to before `end`. */
export interface NonceSpan {
  readonly first: bigint
  readonly end: bigint
}

/** What an attempt came to. */
export interface SearchSeal extends Seal {
  readonly workHash: bigint
}

/** What was tried since the last report. */
export interface SearchProgress {
  readonly attempts: number
  /** Of them, those for which the model gave no finite numbers. */
  readonly voids: number
  /** Of them, the one with the lowest work hash. */
  readonly best: SearchSeal | undefined
}

/** How a search is ended and followed. */
export interface SearchOptions {
  /** Ends the search within milliseconds; what is reported by then counts. */
  readonly signal?: AbortSignal
  /** Called in the order of the nonces. All attempts have been reported before the search settles. Must not throw. */
  readonly onProgress?: (progress: SearchProgress) => void
}

/** How a search ended. */
export interface SearchResult {
  /** The first one of the span: the search ends with it. */
  readonly solution: SearchSeal | undefined
  /**
   * The first nonce that was not tried. It may lie before the end of the span without a solution: then call again from
   * there.
   */
  readonly next: bigint
}

/**
 * Tries the nonces of a span in their order until one makes a block, and keeps one worker busy until it settles.
 * Rejects with the signal's reason, unless a solution came first, and with an `EngineError` where its worker dies or
 * the engine stops.
 */
export type SearchAttempts = (job: SearchJob, span: NonceSpan, options?: SearchOptions) => Promise<SearchResult>

/** What one attempt came to; `stopped`: it was given up, and the nonce is to be tried again. */
export type AttemptOutcome =
  | { readonly kind: 'missed' | 'solved'; readonly seal: SearchSeal }
  | { readonly kind: 'void' }
  | { readonly kind: 'stopped' }
