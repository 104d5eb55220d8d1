import { randomBytes } from 'node:crypto'
import { type ExamParams, hash32 } from '@poai/core'
import type { EvaluationRequest, InferenceEngine } from '@poai/inference'

/** Exams in one call. */
const GROUP = 8
/** Calls at a time: the worker has its next exams while the answers to the last ones travel. */
const AHEAD = 2
/** No work hash is below it but 0: a search goes on. */
const IMPOSSIBLE_TARGET = 1n
const NONCES = { first: 0n, end: 1n << 63n }

/** What an engine did, and in how long. */
export interface EngineTurn {
  readonly exams: number
  readonly seconds: number
}

/** What is measured, and for how long. */
export interface EngineTurnOptions {
  /** The shape of the network's exams. */
  readonly exam: ExamParams
  /** Exams of that shape, for engines that make no attempts by themselves: round and round. */
  readonly requests: readonly EvaluationRequest[]
  readonly forMs: number
  readonly signal: AbortSignal
}

/**
 * Keeps an engine's one worker busy as a miner does: with whole attempts where it makes them itself, else with exams.
 */
export async function measureEngine(engine: InferenceEngine, options: EngineTurnOptions): Promise<EngineTurn> {
  const startMs = performance.now()
  const exams = engine.search === undefined ? await evaluate(engine, options) : await search(engine.search, options)
  return { exams, seconds: (performance.now() - startMs) / 1000 }
}

async function search(
  searchOf: NonNullable<InferenceEngine['search']>,
  { exam, forMs, signal }: EngineTurnOptions,
): Promise<number> {
  const [epochKey, sealHash] = [hash32(randomBytes(32)), hash32(randomBytes(32))]
  const end = AbortSignal.any([signal, AbortSignal.timeout(Math.round(forMs))])
  let attempts = 0
  const onProgress = (progress: { readonly attempts: number }): void => {
    attempts += progress.attempts
  }
  const job = { exam, epochKey, sealHash, target: IMPOSSIBLE_TARGET }
  await searchOf(job, NONCES, { signal: end, onProgress }).catch((error: unknown) => {
    if (signal.aborted || !end.aborted) throw error
  })
  return attempts
}

async function evaluate(engine: InferenceEngine, { requests, forMs, signal }: EngineTurnOptions): Promise<number> {
  const endMs = performance.now() + forMs
  let done = 0
  let next = 0
  const lane = async (): Promise<void> => {
    while (performance.now() < endMs) {
      const group = requests.slice(next, next + GROUP)
      next = (next + GROUP) % requests.length
      await engine.evaluate(group, { signal, priority: 'mine' })
      done += group.length
    }
  }
  await Promise.all(Array.from({ length: AHEAD }, lane))
  return done
}
