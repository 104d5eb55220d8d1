import type { AttemptSearcher, ExamEvaluator, SearchOptions } from '@poai/consensus'
import { createEvaluatingSearcher, type EvaluatingSearcherDependencies } from './evaluating-searcher.ts'

/** An engine that may make whole attempts itself. */
export interface MiningEngine extends ExamEvaluator {
  readonly search?: AttemptSearcher['search'] | undefined
}

/** Whole attempts by the engine's own search where it has one, else by its evaluations. */
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

/** Within milliseconds an engine gives up the one attempt that it has in hand: not worth finishing. */
function toEngineOptions({ wrapUp, ...options }: SearchOptions): SearchOptions {
  if (wrapUp === undefined) return options
  return { ...options, signal: options.signal === undefined ? wrapUp : AbortSignal.any([options.signal, wrapUp]) }
}
