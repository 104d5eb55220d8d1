import type { Evaluation, EvaluationPriority, EvaluationRequest } from './inference-engine.ts'

/**
 * How much a batch may go through before its caller is told. A worker that ends by itself under it costs half of that,
 * so it is retried once elsewhere; one that is killed from outside says nothing about the batch and costs a quarter.
 */
export const BATCH_LIVES = 4

/** Some requests of one call that go to a worker together. */
export interface Batch {
  readonly job: EvaluationJob
  /** Index of the first request within the call. */
  readonly offset: number
  readonly requests: readonly EvaluationRequest[]
  /** What is left of {@link BATCH_LIVES}. */
  readonly lives: number
}

/** What a call asks for besides its requests. */
export interface JobOptions {
  readonly priority: EvaluationPriority
  /** Workers that must not answer it if others can. */
  readonly avoided: ReadonlySet<object>
}

/** One call of `evaluate`: settles once, when all its batches are answered or the first thing goes wrong. */
export class EvaluationJob {
  readonly requests: readonly EvaluationRequest[]
  readonly priority: EvaluationPriority
  readonly avoided: ReadonlySet<object>
  readonly promise: Promise<readonly Evaluation[]>
  readonly #evaluations: Evaluation[]
  readonly #settle: PromiseWithResolvers<readonly Evaluation[]> = Promise.withResolvers()
  #missing: number
  #settled = false

  constructor(requests: readonly EvaluationRequest[], { priority, avoided }: JobOptions) {
    this.requests = requests
    this.priority = priority
    this.avoided = avoided
    this.promise = this.#settle.promise
    this.#evaluations = new Array(requests.length)
    this.#missing = requests.length
  }

  /** True once nobody waits for it any more. */
  get settled(): boolean {
    return this.#settled
  }

  /** Takes a batch's answers; they are dropped if the job is settled already. */
  answer(batch: Batch, evaluations: readonly Evaluation[]): void {
    if (this.#settled) return
    evaluations.forEach((evaluation, index) => {
      this.#evaluations[batch.offset + index] = evaluation
    })
    this.#missing -= evaluations.length
    if (this.#missing > 0) return
    this.#settled = true
    this.#settle.resolve(this.#evaluations)
  }

  /** Rejects the call unless it is settled already. */
  fail(reason: unknown): void {
    if (this.#settled) return
    this.#settled = true
    this.#settle.reject(reason)
  }
}

/** What goes into one batch. */
export interface BatchLimits {
  readonly requests: number
  readonly tokens: number
}

/** The job's requests in order, cut so that no batch is over a limit (one request alone may be). */
export function cutIntoBatches(job: EvaluationJob, limits: BatchLimits): readonly Batch[] {
  const batches: Batch[] = []
  let offset = 0
  while (offset < job.requests.length) {
    let end = offset
    let tokens = 0
    do tokens += job.requests[end++]?.tokens.length ?? 0
    while (
      end < job.requests.length &&
      end - offset < limits.requests &&
      tokens + (job.requests[end]?.tokens.length ?? 0) <= limits.tokens
    )
    batches.push({ job, offset, requests: job.requests.slice(offset, end), lives: BATCH_LIVES })
    offset = end
  }
  return batches
}

/** Each request of a batch as a batch of its own, so that one that kills workers stands alone. */
export function splitBatch(batch: Batch): readonly Batch[] {
  return batch.requests.map((request, index) => ({
    job: batch.job,
    offset: batch.offset + index,
    requests: [request],
    lives: batch.lives,
  }))
}
