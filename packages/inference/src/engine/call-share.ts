/** The part of a worker's time that strangers' calls get where attempts at blocks would take all of it. */
export const CALL_SHARE = 0.25

/**
 * How long a generation that others must not wait for goes on at a time: long enough to be worth the attempt that is
 * dropped for it, short enough that a search, which only gets a worker between two slices, hardly notices.
 */
export const SLICE_MS = 20

/**
 * Keeps calls to their share. A worker that has served one rests from calls three times as long as that took; while it
 * rests, attempts go first, and when it has rested, calls do.
 */
export class CallShare {
  readonly #restsUntil = new WeakMap<object, number>()

  /** `worker` has served calls for so long, until `now`. */
  observe(worker: object, tookMs: number, now: number): void {
    this.#restsUntil.set(worker, now + tookMs * (1 / CALL_SHARE - 1))
  }

  /** How much longer the worker rests from calls. */
  restMs(worker: object, now: number): number {
    return Math.max(0, (this.#restsUntil.get(worker) ?? now) - now)
  }
}
