import type { Clock } from '@poai/core'
import { SCORE_HALF_LIFE_MS } from './offences.ts'

/** A score at a point in time: what it is later follows from the half-life. */
export interface ScoreNote {
  readonly score: number
  readonly atMs: number
}

/** The most names with a score that is not nearly 0. Above this the best score is forgotten, since it matters least. */
export const MAX_SCORES = 4096
/** Half a point either way decides nothing. */
const NEARLY_ZERO = 0.5

/** The scores of peers and addresses: 0 for strangers, never above. */
export class ScoreBoard {
  readonly #clock: Pick<Clock, 'nowMs'>
  readonly #onForgotten: (name: string) => void
  readonly #notes = new Map<string, ScoreNote>()

  /** `onForgotten` hears of names that had to make room. */
  constructor(clock: Pick<Clock, 'nowMs'>, onForgotten: (name: string) => void = () => undefined) {
    this.#clock = clock
    this.#onForgotten = onForgotten
  }

  scoreOf(name: string): number {
    const note = this.#notes.get(name)
    return note === undefined ? 0 : this.#decayed(note)
  }

  /** Adds points, usually negative ones, and says what the score is then. */
  add(name: string, points: number): number {
    const score = Math.min(0, this.scoreOf(name) + points)
    this.restore(name, { score, atMs: this.#clock.nowMs() })
    return score
  }

  /** Puts back what was noted before. */
  restore(name: string, note: ScoreNote): void {
    this.#notes.delete(name)
    if (this.#decayed(note) > -NEARLY_ZERO) return
    this.#notes.set(name, note)
    if (this.#notes.size > MAX_SCORES) this.#forgetBest()
  }

  forget(name: string): void {
    this.#notes.delete(name)
  }

  #decayed({ score, atMs }: ScoreNote): number {
    const passedMs = Math.max(0, this.#clock.nowMs() - atMs)
    const decayed = score * 2 ** (-passedMs / SCORE_HALF_LIFE_MS)
    return decayed > -NEARLY_ZERO ? 0 : decayed
  }

  #forgetBest(): void {
    let best: readonly [string, number] | undefined
    for (const [name, note] of this.#notes) {
      const score = this.#decayed(note)
      if (best === undefined || score > best[1]) best = [name, score]
    }
    if (best === undefined) return
    const [name] = best
    this.#notes.delete(name)
    this.#onForgotten(name)
  }
}
