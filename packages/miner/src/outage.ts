import type { Clock, Logger } from '@poai/core'

/** The first pause after a failure: long enough not to spin, short enough that a worker's restart costs little. */
const FIRST_PAUSE_MS = 500
/** A machine that has been repaired is used again within this time. */
const LONGEST_PAUSE_MS = 30_000

/** What to log when something fails and when it works again. Both messages are constant. */
export interface OutageOptions {
  readonly failed: string
  readonly recovered: string
  /** Pauses grow up to this. Default {@link LONGEST_PAUSE_MS}. */
  readonly longestPauseMs?: number
}

/** Something around us that fails for a while: pauses grow, and the beginning and the end are logged. */
export class Outage {
  readonly #options: OutageOptions
  readonly #clock: Pick<Clock, 'sleep'>
  readonly #logger: Pick<Logger, 'warn' | 'info' | 'debug'>
  #failures = 0
  #error: unknown
  #pause: Promise<void> | undefined

  constructor(
    options: OutageOptions,
    {
      clock,
      logger,
    }: { readonly clock: Pick<Clock, 'sleep'>; readonly logger: Pick<Logger, 'warn' | 'info' | 'debug'> },
  ) {
    this.#options = options
    this.#clock = clock
    this.#logger = logger
  }

  /** What failed last, while it keeps failing. */
  get error(): unknown {
    return this.#error
  }

  /**
   * Takes note of a failure and resolves when it is time to try again; at once when `signal` is aborted. Failures
   * during a pause join it.
   */
  async endure(error: unknown, signal: AbortSignal): Promise<void> {
    this.#error = error
    this.#pause ??= this.#begin(error, signal)
    await this.#pause
  }

  /** It works again. */
  over(): void {
    if (this.#failures === 0) return
    this.#logger.info(this.#options.recovered, { failures: this.#failures })
    this.#failures = 0
    this.#error = undefined
  }

  async #begin(error: unknown, signal: AbortSignal): Promise<void> {
    const { longestPauseMs = LONGEST_PAUSE_MS } = this.#options
    const pauseMs = Math.min(longestPauseMs, FIRST_PAUSE_MS * 2 ** this.#failures)
    this.#failures++
    if (this.#failures === 1) this.#logger.warn(this.#options.failed, { error })
    else this.#logger.debug(this.#options.failed, { error, failures: this.#failures })
    try {
      await this.#clock.sleep(pauseMs, signal)
    } catch {
      // Aborted: the caller looks at its signal.
    } finally {
      this.#pause = undefined
    }
  }
}
