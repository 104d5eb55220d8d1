import type { Clock } from '@poai/core'

/** Wakes one waiter, however often it was rung in the meantime: whoever wakes looks at the state, not at the ring. */
export class Doorbell {
  readonly #clock: Pick<Clock, 'sleep'>
  #rung = false
  #wake: (() => void) | undefined

  constructor(clock: Pick<Clock, 'sleep'>) {
    this.#clock = clock
  }

  ring(): void {
    this.#rung = true
    this.#wake?.()
  }

  /** Resolves if it has been rung since the last wait, when it is rung, or after `timeoutMs`. One waiter at a time. */
  async wait(timeoutMs?: number): Promise<void> {
    if (!this.#rung) await this.#ringOrTimeout(timeoutMs)
    this.#rung = false
  }

  async #ringOrTimeout(timeoutMs: number | undefined): Promise<void> {
    const cancelled = new AbortController()
    await new Promise<void>((resolve) => {
      this.#wake = resolve
      if (timeoutMs === undefined) return
      // Rejects when the ring came first.
      this.#clock.sleep(Math.max(0, timeoutMs), cancelled.signal).then(resolve, () => undefined)
    })
    this.#wake = undefined
    cancelled.abort()
  }
}
