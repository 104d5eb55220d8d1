import type { Clock } from '@poai/core'

/** Where a clock stands if a test does not care: in 2027, later than every genesis block. */
const DEFAULT_NOW_MS = 1_800_000_000_000

/** Stands still until a test moves it. */
export class ManualClock implements Clock {
  /** Milliseconds since 1970. Setting it wakes nobody, as when the machine's time is put right. */
  now: number
  readonly #sleepers = new Set<{ readonly untilMs: number; readonly wake: () => void }>()

  constructor(nowMs: number = DEFAULT_NOW_MS) {
    this.now = nowMs
  }

  /** How many wait for the time to pass. */
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

  /** Lets time pass, and those who wake do what they wake for. */
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
