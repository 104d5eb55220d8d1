import type { EvaluateExamsOptions, ExamEvaluation, ExamEvaluator, ExamRequest } from '@poai/consensus'
import type { InferenceEngine } from '@poai/inference'

interface HeldCall {
  readonly requests: readonly ExamRequest[]
  readonly answer: () => void
  readonly fail: (error: unknown) => void
}

/**
 * An engine whose mining calls a test answers one by one; verifications pass. Aborted calls reject at once, as a real
 * engine's do.
 */
export class HeldEngine implements ExamEvaluator {
  /** Mining calls that wait, oldest first. */
  readonly held: HeldCall[] = []
  /** Answers mining calls at once too. */
  isOpen = false
  /** Thrown by the next mining calls, the first one first. */
  readonly failures: Error[] = []
  /** Changes what an evaluation says. */
  tamper: (evaluation: ExamEvaluation, priority: string | undefined) => ExamEvaluation = (evaluation) => evaluation
  readonly #engine: InferenceEngine

  constructor(engine: InferenceEngine) {
    this.#engine = engine
  }

  async evaluate(
    requests: readonly ExamRequest[],
    options: EvaluateExamsOptions = {},
  ): Promise<readonly ExamEvaluation[]> {
    if (options.priority === 'mine') {
      const failure = this.failures.shift()
      if (failure !== undefined) throw failure
      if (!this.isOpen) await this.#hold(requests, options.signal)
    }
    const evaluations = await this.#engine.evaluate(requests, options)
    return evaluations.map((evaluation) => this.tamper(evaluation, options.priority))
  }

  /** Answers all that wait now. */
  answerAll(): void {
    for (const { answer } of [...this.held]) answer()
  }

  #hold(requests: readonly ExamRequest[], signal: AbortSignal | undefined): Promise<void> {
    return new Promise((resolve, reject) => {
      const leave = (): void => void this.held.splice(this.held.indexOf(call), 1)
      const call: HeldCall = {
        requests,
        answer: () => {
          leave()
          resolve()
        },
        fail: (error) => {
          leave()
          reject(error)
        },
      }
      this.held.push(call)
      signal?.addEventListener(
        'abort',
        () => {
          if (!this.held.includes(call)) return
          leave()
          reject(signal.reason)
        },
        { once: true },
      )
    })
  }
}
