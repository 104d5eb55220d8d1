import type { Batch, EvaluationJob } from './evaluation-job.ts'
import { type EvaluationPriority, PRIORITIES } from './inference-engine.ts'

/** Batches that wait for a worker: first come first served in each priority. Bounded in requests. */
export class BatchQueue {
  readonly #limit: number
  readonly #waiting: Record<EvaluationPriority, Batch[]> = { verify: [], build: [], mine: [], call: [] }
  readonly #counts: Record<EvaluationPriority, number> = { verify: 0, build: 0, mine: 0, call: 0 }

  /** `limit`: requests that may wait in each priority, so that mining never takes verification's room. */
  constructor(limit: number) {
    this.#limit = limit
  }

  /** Requests that wait. */
  get counts(): Readonly<Record<EvaluationPriority, number>> {
    return { ...this.#counts }
  }

  /** True if that many more requests fit. */
  hasRoom(priority: EvaluationPriority, requests: number): boolean {
    return this.#counts[priority] + requests <= this.#limit
  }

  /** Appends batches of one priority. The caller has asked for room. */
  push(priority: EvaluationPriority, batches: readonly Batch[]): void {
    this.#waiting[priority].push(...batches)
    this.#counts[priority] += countRequests(batches)
  }

  /**
   * Puts batches back to the front: they had their turn, and lost it to a dying worker. May exceed the bound by what
   * was in flight.
   */
  putBack(priority: EvaluationPriority, batches: readonly Batch[]): void {
    this.#waiting[priority].unshift(...batches)
    this.#counts[priority] += countRequests(batches)
  }

  /** The next batch of that priority for a worker, of those that it may take. */
  take(priority: EvaluationPriority, mayTake: (batch: Batch) => boolean): Batch | undefined {
    const waiting = this.#waiting[priority]
    const index = waiting.findIndex(mayTake)
    const [batch] = index < 0 ? [] : waiting.splice(index, 1)
    if (batch !== undefined) this.#counts[priority] -= batch.requests.length
    return batch
  }

  /** Drops all batches of a job. */
  remove(job: EvaluationJob): void {
    const kept = this.#waiting[job.priority].filter((batch) => batch.job !== job)
    this.#waiting[job.priority] = kept
    this.#counts[job.priority] = countRequests(kept)
  }

  /** Empties the queue and returns what was in it. */
  drain(): readonly Batch[] {
    const all = PRIORITIES.flatMap((priority) => this.#waiting[priority])
    for (const priority of PRIORITIES) {
      this.#waiting[priority] = []
      this.#counts[priority] = 0
    }
    return all
  }
}

function countRequests(batches: readonly Batch[]): number {
  return batches.reduce((sum, { requests }) => sum + requests.length, 0)
}
