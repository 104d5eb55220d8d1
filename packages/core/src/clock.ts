/** Wall-clock time. Rules never read it; they are given a time. */
export interface Clock {
  /** Milliseconds since 1970. May jump when the machine's clock is set. */
  nowMs(): number
  /** Resolves after `delayMs`; rejects with the signal's reason as soon as it is aborted. */
  sleep(delayMs: number, signal?: AbortSignal): Promise<void>
}
