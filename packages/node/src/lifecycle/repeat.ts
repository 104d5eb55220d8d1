import type { Clock, Logger, Startable } from '@poai/core'

export interface RepeatOptions {
  /** For messages. */
  readonly name: string
  readonly everyMs: number
}

/** Does `work` at intervals, never twice at once. A failure is logged, and the next turn tries again. */
export function repeat(
  { name, everyMs }: RepeatOptions,
  { clock, logger }: { readonly clock: Clock; readonly logger: Logger },
  work: () => Promise<void> | void,
): Startable {
  const stopping = new AbortController()
  let running: Promise<void> | undefined
  const run = async (): Promise<void> => {
    for (;;) {
      try {
        await clock.sleep(everyMs, stopping.signal)
      } catch {
        return
      }
      try {
        await work()
      } catch (error) {
        logger.warn('A regular task failed', { name, error })
      }
    }
  }
  return {
    start: async () => {
      running ??= run()
    },
    stop: async () => {
      stopping.abort()
      await running
    },
  }
}
