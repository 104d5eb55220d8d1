import { RateLimiter, type RateLimits } from './rate-limiter.ts'

/** All clients without the token are counted as one: together they must leave the node time for its own work. */
const EVERYBODY = { name: 'everybody', isLocal: false }
/** How many seconds of the budget may be spent at once after a rest. */
const BURST_SECONDS = 10
const TRACES = /^(?:debug_trace|trace_)/

/** True for methods that execute something again, or a message, and show what it did. */
export function isTrace(method: string): boolean {
  return TRACES.test(method)
}

/** What clients without the token may ask of the tracers, if the operator gives them a budget. */
export class PublicTraces {
  readonly #rates: RateLimiter | undefined

  /** `costPerSecond`: of all together; 0: nothing is open to them. */
  constructor(costPerSecond: RateLimits['costPerSecond'], elapsedMs: () => number) {
    if (costPerSecond === 0) return
    this.#rates = new RateLimiter({ costPerSecond, costBurst: costPerSecond * BURST_SECONDS }, elapsedMs)
  }

  /** True if the method is one that they may use. */
  includes(method: string): boolean {
    return this.#rates !== undefined && isTrace(method)
  }

  /** Milliseconds until there is budget for this; 0: it is charged. */
  waitMs(cost: number): number {
    return this.#rates?.waitMs(EVERYBODY, cost) ?? 0
  }

  /** Adds what a call turned out to cost. */
  charge(cost: number): void {
    this.#rates?.charge(EVERYBODY, cost)
  }
}
