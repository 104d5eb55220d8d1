import { setTimeout as delay } from 'node:timers/promises'
import { type Clock, defined } from '@poai/core'

/** This machine's clock. */
export const systemClock: Clock = {
  nowMs: Date.now,
  sleep: (delayMs, signal) => delay(delayMs, undefined, defined({ signal })),
}
