import type { ExamParams, Hash32, Seal } from '@poai/core'

/*
 * A search for a block. The shapes are the same as those of `@poai/consensus`, which this package does not import; they
 * match structurally.
 */

/** The job of whole attempts: everything that an exam and a work hash depend on, except the nonce. */
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

/** The result of an attempt. */
export interface SearchSeal extends Seal {
  readonly workHash: bigint
}

/** What was tried since the last report. */
export interface SearchProgress {
  readonly attempts: number
  /** How many of them gave numbers that are not finite. */
  readonly voids: number
  /** The one of them with the lowest work hash. */
  readonly best: SearchSeal | undefined
}

/** How to end and follow a search. */
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

/** The result of one attempt; `stopped`: it was given up, and the nonce must be tried again. */
export type AttemptOutcome =
  | { readonly kind: 'missed' | 'solved'; readonly seal: SearchSeal }
  | { readonly kind: 'void' }
  | { readonly kind: 'stopped' }
