import type { ExamParams, Hash32, Seal } from '@poai/core'
import type { AskedWork } from './exam-evaluator.ts'

/** What whole attempts are made at: all that an exam and a work hash depend on, besides the nonce. */
export interface SearchJob {
  readonly exam: ExamParams
  /** What the height asks for. A searcher of another model or domain rejects. Left out: whatever it has. */
  readonly work?: AskedWork
  /** Of the epoch that the block lies in. */
  readonly epochKey: Hash32
  /** Of the header to seal. */
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
  /** Finished ones. */
  readonly attempts: number
  /** Of them, those for which the model gave no finite numbers. */
  readonly voids: number
  /** Of them, the one with the lowest work hash; undefined where all are void. */
  readonly best: SearchSeal | undefined
  /**
   * In the last report: attempts that were begun for nothing when the search ended. Left out, they are the one in hand
   * at an abort, and otherwise none.
   */
  readonly dropped?: number
}

/** How a search is ended and followed. */
export interface SearchOptions {
  /** Gives up what is in hand, within milliseconds. */
  readonly signal?: AbortSignal
  /** Aborted when a better job waits: the search resolves as soon as the attempts that were begun are finished. */
  readonly wrapUp?: AbortSignal
  /**
   * Attempts are reported in the order of their nonces, so their sum says where to continue after a search that failed.
   */
  readonly onProgress?: (progress: SearchProgress) => void
}

/** How a search ended. All its attempts have been reported before. */
export interface SearchResult {
  /** The first one of the span. The search ends with it. */
  readonly solution: SearchSeal | undefined
  /** The first nonce that was not tried. */
  readonly next: bigint
}

/** Makes attempts: exam, evaluation, transcript, work hash. */
export interface AttemptSearcher {
  /**
   * Tries the nonces of a span in their order until one makes a block. Keeps one worker of an engine busy until it
   * settles. It may end before the end of the span without a solution: the caller continues from there.
   *
   * Rejects with the signal's reason, or with an `AppError` where it cannot go on. An abort that comes after a solution
   * changes nothing any more.
   */
  search(job: SearchJob, span: NonceSpan, options?: SearchOptions): Promise<SearchResult>
}
