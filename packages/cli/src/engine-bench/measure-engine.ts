import type { EvaluationRequest, InferenceEngine } from '@poai/inference'

/** Exams in one call. */
const GROUP = 8
/** Calls at a time: the worker has its next exams while the answers to the last ones travel. */
const AHEAD = 2

/** What an engine did, and in how long. */
export interface EngineTurn {
  readonly exams: number
  readonly seconds: number
}

/** Keeps an engine's one worker busy with the exams, round and round, for about so long. */
export async function measureEngine(
  engine: InferenceEngine,
  requests: readonly EvaluationRequest[],
  { forMs, signal }: { readonly forMs: number; readonly signal: AbortSignal },
): Promise<EngineTurn> {
  const startMs = performance.now()
  let exams = 0
  let next = 0
  const lane = async (): Promise<void> => {
    while (performance.now() - startMs < forMs) {
      const group = requests.slice(next, next + GROUP)
      next = (next + GROUP) % requests.length
      await engine.evaluate(group, { signal, priority: 'mine' })
      exams += group.length
    }
  }
  await Promise.all(Array.from({ length: AHEAD }, lane))
  return { exams, seconds: (performance.now() - startMs) / 1000 }
}
