import { createReplayVerifier, type ExamEvaluator, type WorkVerifier } from '@poai/consensus'
import { type Clock, Emitter, type Logger, type NetworkParams, RuleError, type Subscribe } from '@poai/core'

/** Replays since the start. */
export interface ReplayFigures {
  /** How many were decided. */
  readonly total: number
  /** How many of them found that the work was not done. */
  readonly failed: number
  /** How many ended without an answer: they were given up, or the engine failed. */
  readonly undecided: number
  /** How many were decided per second, lately. */
  readonly perSecond: number
}

/** A replay that is over. */
export interface FinishedReplay {
  readonly outcome: 'valid' | 'failed' | 'undecided'
  /** Including the time that it waited for a worker. */
  readonly seconds: number
}

/** The node's one verifier of work: it replays every header that it is given, and counts. */
export interface Replays extends WorkVerifier {
  readonly figures: ReplayFigures
  readonly onReplay: Subscribe<FinishedReplay>
}

/** What replays need, and nothing more. */
export interface ReplaysDependencies {
  readonly evaluator: ExamEvaluator
  readonly clock: Pick<Clock, 'nowMs'>
  readonly logger: Pick<Logger, 'error' | 'warn'>
  /** Default: a verifier that uses the evaluator. */
  readonly verifier?: WorkVerifier
}

/** How many seconds a rate looks back: a shorter one would jump, a longer one would lag. */
const WINDOW_SECONDS = 10

/** Replays by the network's rules. The counts start at zero. */
export function createReplays(params: NetworkParams, dependencies: ReplaysDependencies): Replays {
  const { clock, logger, verifier = createReplayVerifier(params, dependencies) } = dependencies
  const finished = new Emitter<FinishedReplay>('replay', logger)
  const counts = { valid: 0, failed: 0, undecided: 0 }
  const rate = new RecentRate(clock)
  const settle = (outcome: FinishedReplay['outcome'], beganMs: number): void => {
    counts[outcome]++
    if (outcome !== 'undecided') rate.add()
    finished.emit({ outcome, seconds: (performance.now() - beganMs) / 1000 })
  }
  return {
    get figures() {
      const { valid, failed, undecided } = counts
      return { total: valid + failed, failed, undecided, perSecond: rate.perSecond }
    },
    onReplay: finished.subscribe,
    verify: async (header, options) => {
      const beganMs = performance.now()
      try {
        await verifier.verify(header, options)
      } catch (error) {
        settle(error instanceof RuleError ? 'failed' : 'undecided', beganMs)
        throw error
      }
      settle('valid', beganMs)
    },
    verifyAnswers: (block, options) => verifier.verifyAnswers(block, options),
  }
}

/** How often something happened lately, with a count for each second. */
class RecentRate {
  readonly #clock: Pick<Clock, 'nowMs'>
  readonly #counts = new Map<number, number>()

  constructor(clock: Pick<Clock, 'nowMs'>) {
    this.#clock = clock
  }

  add(): void {
    const second = this.#second()
    this.#counts.set(second, (this.#counts.get(second) ?? 0) + 1)
    for (const old of this.#counts.keys()) if (old < second - WINDOW_SECONDS) this.#counts.delete(old)
  }

  get perSecond(): number {
    const second = this.#second()
    let sum = 0
    for (const [at, count] of this.#counts) if (at > second - WINDOW_SECONDS && at <= second) sum += count
    return sum / WINDOW_SECONDS
  }

  #second(): number {
    return Math.floor(this.#clock.nowMs() / 1000)
  }
}
