import type {
  AttemptSearcher,
  NonceSpan,
  SearchJob,
  SearchOptions,
  SearchProgress,
  SearchResult,
  SearchSeal,
} from '@poai/consensus'
import { ZERO_HASH } from '@poai/core'

/** A search that a test tells what happens to it. */
export interface HeldSearch {
  readonly job: SearchJob
  readonly span: NonceSpan
  readonly options: SearchOptions
  /** Reports so many attempts. */
  tell(attempts: number, rest?: Partial<SearchProgress>): void
  resolve(result: SearchResult): void
  reject(error: unknown): void
}

/** What an attempt at a nonce might come to. */
export function sealAt(nonce: bigint, workHash = 1n): SearchSeal {
  return { nonce, workHash, lossMicroNats: 7n, transcriptRoot: ZERO_HASH }
}

/** Searches as an engine makes them that gives an attempt up within a moment, and does not know how to wrap up. */
export class HeldSearcher implements AttemptSearcher {
  /** Searches under way, oldest first. */
  readonly held: HeldSearch[] = []
  /** All that there ever were. */
  readonly begun: HeldSearch[] = []

  search(job: SearchJob, span: NonceSpan, options: SearchOptions = {}): Promise<SearchResult> {
    return new Promise((resolve, reject) => {
      const leave = (): void => {
        const index = this.held.indexOf(search)
        if (index >= 0) this.held.splice(index, 1)
      }
      const search: HeldSearch = {
        ...{ job, span, options },
        tell: (attempts, rest) => options.onProgress?.({ attempts, voids: 0, best: undefined, ...rest }),
        resolve: (result) => {
          leave()
          resolve(result)
        },
        reject: (error) => {
          leave()
          reject(error)
        },
      }
      this.held.push(search)
      this.begun.push(search)
      options.signal?.addEventListener('abort', () => search.reject(options.signal?.reason), { once: true })
    })
  }
}
