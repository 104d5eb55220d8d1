import type { Clock } from '@poai/core'

/** How much of something may be used: `capacity` at once, and `perSecond` more every second. */
export interface Allowance {
  readonly capacity: number
  readonly perSecond: number
}

/** For what something else bounds. */
export const UNBOUNDED: Allowance = { capacity: Number.POSITIVE_INFINITY, perSecond: 0 }

/** Counts what is left of an allowance. Full at first. */
export class TokenBucket {
  readonly #allowance: Allowance
  readonly #clock: Pick<Clock, 'nowMs'>
  #tokens: number
  #atMs: number

  constructor(allowance: Allowance, clock: Pick<Clock, 'nowMs'>) {
    this.#allowance = allowance
    this.#clock = clock
    this.#tokens = allowance.capacity
    this.#atMs = clock.nowMs()
  }

  /** True if the bucket has recovered completely: it says no more than a new one. */
  get isFull(): boolean {
    this.#refill()
    return this.#tokens >= this.#allowance.capacity
  }

  /** Takes the whole amount, or nothing if there is less. */
  take(amount: number): boolean {
    this.#refill()
    if (this.#tokens < amount) return false
    this.#tokens -= amount
    return true
  }

  /** Takes what has been used already: the bucket may fall below zero. */
  spend(amount: number): void {
    this.#refill()
    this.#tokens -= amount
  }

  /** True while more was spent than there was. */
  get isOverdrawn(): boolean {
    this.#refill()
    return this.#tokens < 0
  }

  /** How long until the amount is available; for more than the capacity, until the bucket is full. */
  waitMs(amount: number): number {
    this.#refill()
    const missing = Math.min(amount, this.#allowance.capacity) - this.#tokens
    return missing <= 0 ? 0 : Math.ceil((missing * 1000) / this.#allowance.perSecond)
  }

  #refill(): void {
    const now = this.#clock.nowMs()
    const passedMs = Math.max(0, now - this.#atMs)
    this.#atMs = now
    this.#tokens = Math.min(this.#allowance.capacity, this.#tokens + (passedMs * this.#allowance.perSecond) / 1000)
  }
}
