import type { Clock } from '@poai/core'

/** Where a clock starts unless a test says otherwise: in 2027, later than every genesis block. */
const DEFAULT_NOW_MS = 1_800_000_000_000

/** A clock that stands still until a test moves it. */
export class ManualClock implements Clock {
  /** Milliseconds since 1970. Setting it wakes nobody, as when a machine's clock is set. */
  now: number
  readonly #sleepers = new Set<{ readonly untilMs: number; readonly wake: () => void }>()

  constructor(nowMs: number = DEFAULT_NOW_MS) {
    this.now = nowMs
  }

  /** How many are waiting for time to pass. */
  get sleepers(): number {
    return this.#sleepers.size
  }

  nowMs(): number {
    return this.now
  }

  sleep(delayMs: number, signal?: AbortSignal): Promise<void> {
    return new Promise((resolve, reject) => {
      if (signal?.aborted) {
        reject(signal.reason)
        return
      }
      const sleeper = { untilMs: this.now + delayMs, wake: resolve }
      this.#sleepers.add(sleeper)
      signal?.addEventListener(
        'abort',
        () => {
          this.#sleepers.delete(sleeper)
          reject(signal.reason)
        },
        { once: true },
      )
    })
  }

  /** Moves time on, and lets whoever wakes up finish what they wake up for. */
  async advance(ms: number): Promise<void> {
    this.now += ms
    for (const sleeper of this.#sleepers) {
      if (sleeper.untilMs > this.now) continue
      this.#sleepers.delete(sleeper)
      sleeper.wake()
    }
    await new Promise(setImmediate)
  }
}
