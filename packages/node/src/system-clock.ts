import { setTimeout as delay } from 'node:timers/promises'
import type { Clock } from '@poai/core'

/** This machine's clock. */
export const systemClock: Clock = {
  nowMs: Date.now,
  sleep: (delayMs, signal) => delay(delayMs, undefined, signal === undefined ? {} : { signal }),
}
