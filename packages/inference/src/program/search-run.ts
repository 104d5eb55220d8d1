import type { AttemptOutcome, NonceSpan, SearchSeal } from '../engine/attempt-search.ts'
import type { FromWorker } from '../engine/worker-protocol.ts'

/** Often enough for a lively hashrate, seldom enough to cost nothing. */
const PROGRESS_MS = 100

export interface SearchRunDependencies {
  readonly attempt: (nonce: bigint) => AttemptOutcome
  readonly nowMs: () => number
  readonly tell: (message: FromWorker) => void
}

/** A search in a worker: makes attempts for as long as it may, and reports them. */
export class SearchRun {
  readonly id: number
  readonly #end: bigint
  readonly #dependencies: SearchRunDependencies
  #nonce: bigint
  #attempts = 0
  #voids = 0
  #best: SearchSeal | undefined
  #toldMs: number
  #hasEnded = false

  constructor(id: number, { first, end }: NonceSpan, dependencies: SearchRunDependencies) {
    this.id = id
    this.#nonce = first
    this.#end = end
    this.#dependencies = dependencies
    this.#toldMs = dependencies.nowMs()
  }

  /** True once it has reported its end. */
  get hasEnded(): boolean {
    return this.#hasEnded
  }

  /** Makes one attempt, and ends if that is a solution or no nonce is left. */
  step(): void {
    if (this.#nonce >= this.#end) {
      this.#finish(undefined, { wasCancelled: false })
      return
    }
    if (this.#dependencies.nowMs() - this.#toldMs >= PROGRESS_MS) this.#tellProgress()
    const outcome = this.#dependencies.attempt(this.#nonce)
    if (outcome.kind === 'stopped') return
    this.#nonce += 1n
    this.#attempts += 1
    if (outcome.kind === 'void') {
      this.#voids += 1
      return
    }
    const { seal } = outcome
    if (this.#best === undefined || seal.workHash < this.#best.workHash) this.#best = seal
    if (outcome.kind === 'solved') this.#finish(seal, { wasCancelled: false })
  }

  /** Ends it where it is. */
  cancel(): void {
    this.#finish(undefined, { wasCancelled: true })
  }

  #finish(solution: SearchSeal | undefined, { wasCancelled }: { readonly wasCancelled: boolean }): void {
    this.#tellProgress()
    this.#hasEnded = true
    const ending = { solution, next: this.#nonce, wasCancelled }
    this.#dependencies.tell({ kind: 'searched', id: this.id, ending })
  }

  #tellProgress(): void {
    if (this.#attempts === 0) return
    const progress = { attempts: this.#attempts, voids: this.#voids, best: this.#best }
    this.#dependencies.tell({ kind: 'progress', id: this.id, progress })
    this.#attempts = 0
    this.#voids = 0
    this.#best = undefined
    this.#toldMs = this.#dependencies.nowMs()
  }
}
