import { setImmediate } from 'node:timers/promises'
import {
  type Attempt,
  type AttemptSearcher,
  type AttemptSource,
  createExamBuilder,
  createHashedAttempts,
  EvaluationError,
  type ExamBuilder,
  type ExamEvaluation,
  type ExamEvaluator,
  examToRequest,
  type NonceSpan,
  networkExamOptions,
  type SearchJob,
  type SearchOptions,
  type SearchProgress,
  type SearchResult,
  type SearchSeal,
} from '@poai/consensus'
import type { Clock, ExamParams } from '@poai/core'
import { RateMeter } from '../figures/rate-meter.ts'
import { batchSizeFor } from './batch-size.ts'

/** What whole attempts need if the engine makes none itself. */
export interface EvaluatingSearcherDependencies {
  readonly evaluator: ExamEvaluator
  /** Measures the pace of the workers. */
  readonly clock: Pick<Clock, 'nowMs'>
}

/** Makes whole attempts with an evaluator that knows nothing of them: builds exams and finishes transcripts here. */
export function createEvaluatingSearcher(dependencies: EvaluatingSearcherDependencies): AttemptSearcher {
  return new EvaluatingSearcher(dependencies)
}

/**
 * How many calls of one search are in flight: one is with the worker, one waits in the engine's queue. So the worker
 * has its next exams at once, and the search finishes and builds exams while it computes. More would only wait.
 */
const CALLS_IN_FLIGHT = 2

/** Attempts that wait for their evaluations. */
interface Call {
  readonly attempts: readonly Attempt[]
  readonly evaluations: Promise<readonly ExamEvaluation[]>
}

class EvaluatingSearcher implements AttemptSearcher {
  readonly #evaluator: ExamEvaluator
  readonly #pace: RateMeter
  #searches = 0
  #builder: { readonly exam: ExamParams; readonly buildExam: ExamBuilder } | undefined

  constructor({ evaluator, clock }: EvaluatingSearcherDependencies) {
    this.#evaluator = evaluator
    this.#pace = new RateMeter(clock)
  }

  async search(job: SearchJob, span: NonceSpan, options: SearchOptions = {}): Promise<SearchResult> {
    options.signal?.throwIfAborted()
    this.#searches++
    this.#pace.begin()
    const ended = new AbortController()
    const signal = options.signal === undefined ? ended.signal : AbortSignal.any([options.signal, ended.signal])
    try {
      return await this.#searchSpan(this.#attemptsOf(job, span), span, { ...options, signal })
    } finally {
      this.#searches--
      // Calls after a solution or a failure would be in vain.
      ended.abort()
    }
  }

  async #searchSpan(
    attempts: AttemptSource,
    { first }: NonceSpan,
    { signal, wrapUp, onProgress }: SearchOptions & { readonly signal: AbortSignal },
  ): Promise<SearchResult> {
    const calls: Call[] = []
    let next = first
    for (;;) {
      if (wrapUp?.aborted !== true) this.#fill(calls, attempts, signal)
      const [oldest] = calls
      if (oldest === undefined) return { solution: undefined, next }
      try {
        const evaluations = await oldest.evaluations
        // The worker has its next call already. An evaluator that answers at once must not hold up the rest of the
        // process.
        await setImmediate()
        signal.throwIfAborted()
        calls.shift()
        const { progress, solution } = finish(attempts, oldest.attempts, evaluations)
        next += BigInt(progress.attempts)
        this.#pace.add(progress.attempts)
        if (solution === undefined) {
          onProgress?.(progress)
          continue
        }
        // The worker has begun with the next call in the meantime.
        const begun = oldest.attempts.length + (calls[0]?.attempts.length ?? 0)
        onProgress?.({ ...progress, dropped: begun - progress.attempts })
        return { solution, next }
      } catch (error) {
        if (!signal.aborted) throw error
        // The other calls had not reached a worker.
        onProgress?.({ attempts: 0, voids: 0, best: undefined, dropped: oldest.attempts.length })
        throw signal.reason
      }
    }
  }

  #fill(calls: Call[], attempts: AttemptSource, signal: AbortSignal): void {
    while (calls.length < CALLS_IN_FLIGHT) {
      const taken = attempts.take(batchSizeFor(this.#pace.perSecond, this.#searches))
      if (taken.length === 0) return
      const requests = taken.map(({ exam }) => examToRequest(exam))
      const evaluations = this.#evaluator.evaluate(requests, { priority: 'mine', signal })
      // It may fail before its turn comes, or when nobody waits for it any more.
      evaluations.catch(() => undefined)
      calls.push({ attempts: taken, evaluations })
    }
  }

  #attemptsOf({ exam, ...job }: SearchJob, { first, end }: NonceSpan): AttemptSource {
    if (this.#builder?.exam !== exam) {
      this.#builder = { exam, buildExam: createExamBuilder(networkExamOptions({ work: { exam } })) }
    }
    return createHashedAttempts({ ...job, buildExam: this.#builder.buildExam, firstNonce: first, endNonce: end })
  }
}

/** The results of one call, up to the first solution. */
function finish(
  source: AttemptSource,
  attempts: readonly Attempt[],
  evaluations: readonly ExamEvaluation[],
): { readonly progress: SearchProgress; readonly solution: SearchSeal | undefined } {
  let tried = 0
  let voids = 0
  let best: SearchSeal | undefined
  let solution: SearchSeal | undefined
  for (const [index, attempt] of attempts.entries()) {
    const evaluation = evaluations[index]
    if (evaluation === undefined) throw tooFewEvaluations(attempts.length, evaluations.length)
    const outcome = source.finish(attempt, evaluation)
    tried++
    if (outcome.kind === 'void') {
      voids++
      continue
    }
    const seal: SearchSeal = { ...outcome.seal, workHash: outcome.workHash }
    if (best === undefined || seal.workHash < best.workHash) best = seal
    if (outcome.kind === 'missed') continue
    solution = seal
    break
  }
  return { progress: { attempts: tried, voids, best }, solution }
}

function tooFewEvaluations(wanted: number, given: number): EvaluationError {
  return new EvaluationError('CONSENSUS_EVALUATION_SHAPE', 'The engine answered with too few evaluations', {
    expected: `${wanted} evaluations`,
    actual: `${given} evaluations`,
  })
}
