/** Adds up what one stranger's demand really cost, in milliseconds of this thread and of helper threads. */
export class CostMeter {
  #ms = 0

  get ms(): number {
    return this.#ms
  }

  /** What another thread measured. */
  add(ms: number): void {
    this.#ms += ms
  }

  /** Work that does not wait for anything: only its own time counts. */
  run<T>(work: () => T): T {
    const begunMs = performance.now()
    try {
      return work()
    } finally {
      this.#ms += performance.now() - begunMs
    }
  }
}
