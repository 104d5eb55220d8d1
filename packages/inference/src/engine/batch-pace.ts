/** Weight of the newest batch in the average: follows a machine that gets busy within a few batches. */
const NEWEST_WEIGHT = 0.25

/** Learns how long tokens take, so that batches of a large model are as short in time as those of a small one. */
export class BatchPace {
  readonly #targetMs: number
  #msPerToken: number | undefined

  /** `targetMs`: how long a batch should take. */
  constructor(targetMs: number) {
    this.#targetMs = targetMs
  }

  /** Reports how long a batch of so many tokens took. */
  observe(tokens: number, elapsedMs: number): void {
    if (tokens === 0) return
    const own = elapsedMs / tokens
    this.#msPerToken =
      this.#msPerToken === undefined ? own : this.#msPerToken + NEWEST_WEIGHT * (own - this.#msPerToken)
  }

  /** Tokens that take the target's time, at most `most`. */
  tokenLimit(most: number): number {
    if (this.#msPerToken === undefined || this.#msPerToken <= 0) return most
    return Math.min(most, Math.floor(this.#targetMs / this.#msPerToken))
  }
}
