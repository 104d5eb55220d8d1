import type { Clock } from '@poai/core'

/** Long enough that a rate of a few per second is steady, short enough that people see what changed. */
const DEFAULT_WINDOW_SECONDS = 15

interface Slot {
  readonly second: number
  count: number
}

/** How many per second, over the last seconds. */
export class RateMeter {
  readonly #clock: Pick<Clock, 'nowMs'>
  readonly #windowSeconds: number
  readonly #slots: Slot[] = []
  #begunAtMs: number | undefined

  constructor(clock: Pick<Clock, 'nowMs'>, windowSeconds: number = DEFAULT_WINDOW_SECONDS) {
    this.#clock = clock
    this.#windowSeconds = windowSeconds
  }

  /** Begins to count; before, there is no rate. Begins again after `end`. */
  begin(): void {
    this.#begunAtMs ??= this.#clock.nowMs()
  }

  /** The rate is 0 until `begin` is called again. */
  end(): void {
    this.#begunAtMs = undefined
    this.#slots.length = 0
  }

  add(count: number): void {
    this.begin()
    const second = Math.floor(this.#clock.nowMs() / 1000)
    const newest = this.#slots.at(-1)
    if (newest?.second === second) newest.count += count
    else this.#slots.push({ second, count })
    this.#forgetBefore(second - this.#windowSeconds)
  }

  /** Of the window, or of the time since the beginning if that is shorter. */
  get perSecond(): number {
    if (this.#begunAtMs === undefined) return 0
    const nowMs = this.#clock.nowMs()
    this.#forgetBefore(Math.floor(nowMs / 1000) - this.#windowSeconds)
    const [oldest] = this.#slots
    if (oldest === undefined) return 0
    const firstSecond = Math.floor(nowMs / 1000) - this.#windowSeconds + 1
    const fromMs = Math.max(this.#begunAtMs, firstSecond * 1000)
    const seconds = Math.max(nowMs - fromMs, 1) / 1000
    return this.#slots.reduce((sum, { count }) => sum + count, 0) / seconds
  }

  /** Drops what is too old, and what seems to come from the future after the clock was set back. */
  #forgetBefore(second: number): void {
    const latest = second + this.#windowSeconds
    while (this.#slots.length > 0) {
      const [oldest] = this.#slots
      if (oldest === undefined || (oldest.second > second && oldest.second <= latest)) return
      this.#slots.shift()
    }
  }
}
