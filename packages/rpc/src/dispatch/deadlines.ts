/** How often expired calls are looked for: an answer may be late by this much. */
const LOOK_EVERY_MS = 250

/**
 * Ends calls that take too long. One timer serves all calls: a signal with its own timer costs more than most calls do.
 */
export class Deadlines {
  readonly #timeoutMs: number
  readonly #nowMs: () => number
  /** In the order in which they expire: all have the same time. */
  readonly #ends = new Map<AbortController, number>()
  #timer: NodeJS.Timeout | undefined

  constructor(timeoutMs: number, nowMs: () => number) {
    this.#timeoutMs = timeoutMs
    this.#nowMs = nowMs
  }

  add(controller: AbortController): void {
    this.#ends.set(controller, this.#nowMs() + this.#timeoutMs)
    if (this.#timer !== undefined) return
    this.#timer = setInterval(() => this.#look(), LOOK_EVERY_MS)
    this.#timer.unref()
  }

  remove(controller: AbortController): void {
    this.#ends.delete(controller)
  }

  #look(): void {
    const nowMs = this.#nowMs()
    for (const [controller, endMs] of this.#ends) {
      if (endMs > nowMs) return
      this.#ends.delete(controller)
      controller.abort(new DOMException('the call took too long', 'TimeoutError'))
    }
    // Nothing runs: the next call starts it again.
    clearInterval(this.#timer)
    this.#timer = undefined
  }
}
