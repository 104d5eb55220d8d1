/** How much waits and runs at one time. */
export interface FairQueueOptions {
  readonly atOnce: number
  readonly maxWaiting: number
  /** Of one owner. */
  readonly maxWaitingEach: number
}

/** For work that something else bounds. */
export const UNQUEUED: FairQueueOptions = {
  atOnce: Number.POSITIVE_INFINITY,
  maxWaiting: Number.POSITIVE_INFINITY,
  maxWaitingEach: Number.POSITIVE_INFINITY,
}

type Task = () => Promise<void>

/** Does the work of many owners in turns: whoever brings much waits behind their own work, not ahead of others. */
export class FairQueue {
  readonly #options: FairQueueOptions
  /** The owner whose turn is next is the first one. */
  readonly #lines = new Map<string, Task[]>()
  #waiting = 0
  #running = 0

  constructor(options: FairQueueOptions) {
    this.#options = options
  }

  /** Undefined, with nothing done, if too much waits. */
  async run<T>(owner: string, work: () => Promise<T>): Promise<T | undefined> {
    const line = this.#lines.get(owner) ?? []
    const { maxWaiting, maxWaitingEach } = this.#options
    if (this.#waiting >= maxWaiting || line.length >= maxWaitingEach) return undefined
    return new Promise<T>((resolve, reject) => {
      line.push(() => work().then(resolve, reject))
      this.#lines.set(owner, line)
      this.#waiting++
      this.#next()
    })
  }

  #next(): void {
    while (this.#running < this.#options.atOnce) {
      const [first] = this.#lines
      if (first === undefined) return
      const [owner, line] = first
      const task = line.shift()
      this.#lines.delete(owner)
      if (line.length > 0) this.#lines.set(owner, line)
      if (task === undefined) continue
      this.#waiting--
      this.#running++
      void task().finally(() => {
        this.#running--
        this.#next()
      })
    }
  }
}
