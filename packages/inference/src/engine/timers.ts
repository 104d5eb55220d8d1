/** What the engine needs from a clock; tests move the time themselves. */
export interface Timers {
  /** Milliseconds since some moment; it never goes backwards. */
  now(): number
  /** Calls back after a while. Returns the cancellation, which may be called at any time and more than once. */
  after(delayMs: number, callback: () => void): () => void
}

/** The process's own timers. */
export const systemTimers: Timers = {
  now: () => performance.now(),
  after(delayMs, callback) {
    const timer = setTimeout(callback, delayMs)
    return () => clearTimeout(timer)
  },
}
