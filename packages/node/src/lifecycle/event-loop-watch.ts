import { monitorEventLoopDelay } from 'node:perf_hooks'
import type { Clock, Logger, Startable } from '@poai/core'
import { repeat } from './repeat.ts'

/** How late the event loop was in the last period, in seconds. */
export interface EventLoopDelay {
  readonly mean: number
  readonly p99: number
  readonly max: number
}

/** Notices when this process is too busy to answer: peers then take it for dead, and its own timers are late. */
export interface EventLoopWatch extends Startable {
  readonly delay: EventLoopDelay
}

const RESOLUTION_MS = 10
const PERIOD_MS = 10_000
/** Ten times as long as the execution of a block may hold up the event loop. */
const WARN_SECONDS = 1
/** Repeated warnings say nothing new. */
const WARN_EVERY_MS = 60_000
const NANOSECONDS = 1e9

/** A watch, not yet started. */
export function createEventLoopWatch(dependencies: { readonly clock: Clock; readonly logger: Logger }): EventLoopWatch {
  const { clock, logger } = dependencies
  const histogram = monitorEventLoopDelay({ resolution: RESOLUTION_MS })
  let delay: EventLoopDelay = { mean: 0, p99: 0, max: 0 }
  let lastWarningMs = 0
  const look = (): void => {
    // The histogram counts from one tick to the next: a loop that is never late shows the tick itself.
    const secondsOf = (nanoseconds: number): number => Math.max(0, nanoseconds / NANOSECONDS - RESOLUTION_MS / 1000)
    const { mean, max } = histogram
    delay = {
      mean: Number.isNaN(mean) ? 0 : secondsOf(mean),
      p99: secondsOf(histogram.percentile(99)),
      max: secondsOf(max),
    }
    histogram.reset()
    if (delay.p99 < WARN_SECONDS || clock.nowMs() - lastWarningMs < WARN_EVERY_MS) return
    lastWarningMs = clock.nowMs()
    logger.warn('The node is too busy to answer in time', {
      p99Seconds: delay.p99.toFixed(2),
      maxSeconds: delay.max.toFixed(2),
    })
  }
  const looking = repeat({ name: 'event loop watch', everyMs: PERIOD_MS }, dependencies, look)
  return {
    get delay() {
      return delay
    },
    start: async () => {
      histogram.enable()
      await looking.start()
    },
    stop: async () => {
      histogram.disable()
      await looking.stop()
    },
  }
}
