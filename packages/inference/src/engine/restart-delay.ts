/** First pause before a restart: short, since most crashes are one-off (an out-of-memory kill, an operator). */
export const FIRST_RESTART_DELAY_MS = 100

/** The longest pause: a machine that recovers is back within half a minute. */
export const LONGEST_RESTART_DELAY_MS = 30_000

/**
 * Pause before the restart after `failures` failures in a row without an answered batch between them: 100 ms, 200, 400
 * … 30 s.
 */
export function restartDelayMs(failures: number): number {
  return Math.min(LONGEST_RESTART_DELAY_MS, FIRST_RESTART_DELAY_MS * 2 ** Math.min(failures - 1, 16))
}
