import type { AttemptSearcher, ExamEvaluator, SearchOptions } from '@poai/consensus'
import { createEvaluatingSearcher, type EvaluatingSearcherDependencies } from './evaluating-searcher.ts'

/** An engine that may be able to make whole attempts itself. */
export interface MiningEngine extends ExamEvaluator {
  readonly search?: AttemptSearcher['search'] | undefined
}

/** Makes whole attempts: by the engine's own search if it has one, otherwise by its evaluations. */
export function createSearcher(
  engine: MiningEngine,
  dependencies: Omit<EvaluatingSearcherDependencies, 'evaluator'>,
): AttemptSearcher {
  const evaluating = createEvaluatingSearcher({ ...dependencies, evaluator: engine })
  return {
    search: (job, span, options = {}) =>
      engine.search === undefined
        ? evaluating.search(job, span, options)
        : engine.search(job, span, toEngineOptions(options)),
  }
}

/** An engine gives up the attempt in hand within milliseconds, so it is not worth finishing. */
function toEngineOptions({ wrapUp, ...options }: SearchOptions): SearchOptions {
  if (wrapUp === undefined) return options
  return { ...options, signal: options.signal === undefined ? wrapUp : AbortSignal.any([options.signal, wrapUp]) }
}
