import type { SearchProgress } from '@poai/consensus'
import type { Clock } from '@poai/core'
import { RateMeter } from './rate-meter.ts'

/** The lowest work hash so far: how close mining has come to a block. */
export interface BestAttempt {
  /** Of the block that it would have been. */
  readonly number: bigint
  readonly nonce: bigint
  readonly workHash: bigint
  readonly lossMicroNats: bigint
}

/** The figures of mining since its start. */
export interface AttemptFigures {
  /** Attempts that were finished. */
  readonly attempts: number
  /** Of them, those for which the model gave no finite numbers. */
  readonly voidAttempts: number
  /** Attempts that workers had begun when a new head made them worthless; not among `attempts`. */
  readonly staleAttempts: number
  /** The share of stale ones among all that were begun. */
  readonly staleShare: number
  /** Over the last seconds. */
  readonly attemptsPerSecond: number
  /** Tokens of attempts, over the last seconds. */
  readonly tokensPerSecond: number
  /** At the present rate and target. Undefined without a rate or a job. */
  readonly expectedSecondsToBlock: number | undefined
  /** Attempts since the last block that was found, as a percentage of those that it should take. */
  readonly effortPercent: number
  /** How many blocks the attempts so far should have found. */
  readonly expectedBlocks: number
  readonly best: BestAttempt | undefined
}

/** What attempts are for. */
export interface MeasuredJob {
  readonly number: bigint
  readonly target: bigint
}

/** How many bits of a target its chance is computed from: as many as a double holds. */
const CHANCE_BITS = 53n

/** The chance of one attempt. */
export function chanceOf(target: bigint): number {
  return Number(target >> (256n - CHANCE_BITS)) / 2 ** Number(CHANCE_BITS)
}

/** Counts attempts. */
export class MiningFigures {
  readonly #tokensPerAttempt: number
  readonly #rate: RateMeter
  #attempts = 0
  #void = 0
  #stale = 0
  #expectedBlocks = 0
  #effort = 0
  #best: BestAttempt | undefined

  constructor({ tokensPerAttempt }: { readonly tokensPerAttempt: number }, clock: Pick<Clock, 'nowMs'>) {
    this.#tokensPerAttempt = tokensPerAttempt
    this.#rate = new RateMeter(clock)
  }

  /** Call it when attempts begin. */
  begin(): void {
    this.#rate.begin()
  }

  /** Call it when attempts end for a while, and none are expected. */
  rest(): void {
    this.#rate.end()
  }

  count(job: MeasuredJob, { attempts, voids, best }: SearchProgress): void {
    const expected = attempts * chanceOf(job.target)
    this.#rate.add(attempts)
    this.#attempts += attempts
    this.#void += voids
    this.#expectedBlocks += expected
    this.#effort += expected
    if (best === undefined || (this.#best !== undefined && best.workHash >= this.#best.workHash)) return
    const { nonce, workHash, lossMicroNats } = best
    this.#best = { number: job.number, nonce, workHash, lossMicroNats }
  }

  countStale(attempts: number): void {
    this.#stale += attempts
  }

  /** Call it when a block was found: effort counts from zero again. */
  found(): void {
    this.#effort = 0
  }

  /** @param target - Of the present job. */
  snapshot(target: bigint | undefined): AttemptFigures {
    const perSecond = this.#rate.perSecond
    const chance = target === undefined ? 0 : chanceOf(target)
    const begun = this.#attempts + this.#stale
    return {
      attempts: this.#attempts,
      voidAttempts: this.#void,
      staleAttempts: this.#stale,
      staleShare: begun === 0 ? 0 : this.#stale / begun,
      attemptsPerSecond: perSecond,
      tokensPerSecond: perSecond * this.#tokensPerAttempt,
      expectedSecondsToBlock: perSecond > 0 && chance > 0 ? 1 / (perSecond * chance) : undefined,
      effortPercent: 100 * this.#effort,
      expectedBlocks: this.#expectedBlocks,
      best: this.#best,
    }
  }
}
