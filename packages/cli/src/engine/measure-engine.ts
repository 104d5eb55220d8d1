import { randomBytes } from 'node:crypto'
import { type ExamParams, hash32 } from '@poai/core'
import type { EvaluationRequest, InferenceEngine } from '@poai/inference'

/** How many exams a call has. */
const GROUP = 8
/** How many calls are under way: the worker has its next exams while the last answers travel. */
const AHEAD = 2
/** Only a work hash of 0 is below it, so a search never ends by itself. */
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
  /** Exams of that shape, used in turn, for engines that cannot search by themselves. */
  readonly requests: readonly EvaluationRequest[]
  readonly forMs: number
  readonly signal: AbortSignal
}

/** Keeps an engine's single worker busy as a miner does: with whole attempts if it can search, otherwise with exams. */
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
