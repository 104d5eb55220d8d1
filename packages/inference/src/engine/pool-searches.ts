import type { NonceSpan, SearchJob, SearchOptions, SearchProgress, SearchResult } from './attempt-search.ts'
import { WorkerDeath, type WorkerSlot } from './worker-slot.ts'

/** How a search ends if its worker does not end it. */
type Interruption =
  /** Its caller continues from where it is. */
  { readonly kind: 'early' } | { readonly kind: 'rejected'; readonly reason: unknown }

/** One call of `search`. */
interface SearchCall {
  readonly job: SearchJob
  readonly span: NonceSpan
  readonly onProgress: (progress: SearchProgress) => void
  readonly outcome: PromiseWithResolvers<SearchResult>
  /** The first nonce that no report has covered. */
  next: bigint
  slot: WorkerSlot | undefined
  interruption: Interruption | undefined
}

/** The searches of a pool: those that wait for a worker, first come first served, and those under way. */
export class PoolSearches {
  #waiting: SearchCall[] = []
  readonly #running = new Set<SearchCall>()

  /** Calls that have not settled. */
  get count(): number {
    return this.#waiting.length + this.#running.size
  }

  /** True if a call waits for a slot. */
  get isAnyWaiting(): boolean {
    return this.#waiting.length > 0
  }

  /** Adds a call. It begins when it is given to a slot. */
  add(job: SearchJob, span: NonceSpan, { signal, onProgress }: SearchOptions): Promise<SearchResult> {
    const outcome = Promise.withResolvers<SearchResult>()
    const call: SearchCall = {
      ...{ job, span, outcome, next: span.first, slot: undefined, interruption: undefined },
      onProgress: (progress) => {
        call.next += BigInt(progress.attempts)
        onProgress?.(progress)
      },
    }
    this.#waiting.push(call)
    if (signal === undefined) return outcome.promise
    const abort = (): void => this.#interrupt(call, { kind: 'rejected', reason: signal.reason })
    signal.addEventListener('abort', abort, { once: true })
    return outcome.promise.finally(() => signal.removeEventListener('abort', abort))
  }

  /** Gives waiting calls to slots that have nothing to do. `onSettled` follows when such a slot is free again. */
  assign(slots: readonly WorkerSlot[], onSettled: () => void): void {
    for (const slot of slots) {
      if (!slot.isFree) continue
      const call = this.#waiting.shift()
      if (call === undefined) return
      call.slot = slot
      this.#running.add(call)
      void this.#run(slot, call).finally(onSettled)
    }
  }

  /** Ends all: callers learn how far they got, and may continue elsewhere. */
  endEarly(): void {
    this.#interruptAll({ kind: 'early' })
  }

  /** Ends all with `reason`. */
  reject(reason: unknown): void {
    this.#interruptAll({ kind: 'rejected', reason })
  }

  /** Resolves when none is under way. */
  async untilSettled(): Promise<void> {
    await Promise.allSettled([...this.#running].map(({ outcome }) => outcome.promise))
  }

  async #run(slot: WorkerSlot, call: SearchCall): Promise<void> {
    const { job, span, onProgress, outcome } = call
    try {
      const { wasCancelled, solution, next } = await slot.search(job, span, onProgress)
      if (!wasCancelled) outcome.resolve({ solution, next: solution === undefined ? span.end : next })
      else if (call.interruption?.kind === 'rejected') outcome.reject(call.interruption.reason)
      else outcome.resolve({ solution, next })
    } catch (error) {
      // What its worker had not reported is lost: at most a tenth of a second of attempts.
      if (call.interruption?.kind === 'early') outcome.resolve({ solution: undefined, next: call.next })
      else if (call.interruption?.kind === 'rejected') outcome.reject(call.interruption.reason)
      else outcome.reject(error instanceof WorkerDeath ? error.reason : error)
    } finally {
      this.#running.delete(call)
    }
  }

  #interruptAll(interruption: Interruption): void {
    for (const call of [...this.#waiting, ...this.#running]) this.#interrupt(call, interruption)
  }

  /** The first interruption counts. A running call settles when its worker has reported its last attempts. */
  #interrupt(call: SearchCall, interruption: Interruption): void {
    if (call.interruption !== undefined) return
    call.interruption = interruption
    if (call.slot !== undefined) {
      call.slot.cancelSearch()
      return
    }
    this.#waiting = this.#waiting.filter((other) => other !== call)
    if (interruption.kind === 'early') call.outcome.resolve({ solution: undefined, next: call.next })
    else call.outcome.reject(interruption.reason)
  }
}
