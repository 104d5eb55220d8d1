import { setTimeout } from 'node:timers/promises'
import type { Clock } from '@poai/core'

/** The time of this machine. */
export const systemClock: Clock = {
  nowMs: () => Date.now(),
  sleep: async (delayMs, signal) => {
    await setTimeout(delayMs, undefined, signal === undefined ? {} : { signal })
  },
}
