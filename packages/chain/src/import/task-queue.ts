import { ChainError } from '../chain-error.ts'

/** What goes first: a block that extends the head, a stranger's offer, or a block that fills in the past. */
export type ImportPriority = 'tip' | 'offer' | 'sync'

export interface TaskQueueOptions {
  /** In errors. */
  readonly name: string
  /** Tasks at one time. */
  readonly concurrency: number
  /** Tasks that may wait; any more are refused. */
  readonly capacity: number
}

export interface TaskOptions {
  readonly priority: ImportPriority
  readonly signal: AbortSignal
}

interface Waiting {
  readonly begin: () => void
}

/**
 * Runs tasks in the order in which they come, those for the tip first, then strangers' offers, then the past. When it
 * is full it refuses: nothing waits without a bound.
 */
export class TaskQueue {
  readonly #options: TaskQueueOptions
  readonly #waiting: Readonly<Record<ImportPriority, Waiting[]>> = { tip: [], offer: [], sync: [] }
  #running = 0
  #idle: (() => void)[] = []

  constructor(options: TaskQueueOptions) {
    this.#options = options
  }

  /** Tasks that run or wait. */
  get size(): number {
    return this.#running + this.#waitingCount
  }

  get #waitingCount(): number {
    const { tip, offer, sync } = this.#waiting
    return tip.length + offer.length + sync.length
  }

  /** Rejects with `CHAIN_BUSY` when full, and with the signal's reason if it is aborted before the task begins. */
  async run<Result>(task: () => Promise<Result>, { priority, signal }: TaskOptions): Promise<Result> {
    signal.throwIfAborted()
    await this.#admit(priority, signal)
    try {
      signal.throwIfAborted()
      return await task()
    } finally {
      this.#running--
      this.#beginNext()
    }
  }

  /** Resolves when nothing runs or waits. */
  async idle(): Promise<void> {
    if (this.size === 0) return
    await new Promise<void>((resolve) => {
      this.#idle.push(resolve)
    })
  }

  #admit(priority: ImportPriority, signal: AbortSignal): Promise<void> {
    const { name, concurrency, capacity } = this.#options
    if (this.#running < concurrency) {
      this.#running++
      return Promise.resolve()
    }
    const waiting = this.#waiting[priority]
    if (this.#waitingCount >= capacity) {
      return Promise.reject(
        new ChainError('CHAIN_BUSY', `the queue for ${name} is full`, {
          expected: `at most ${capacity} waiting`,
          actual: `${capacity} waiting`,
        }),
      )
    }
    return new Promise((resolve, reject) => {
      const leave = (): void => {
        waiting.splice(waiting.indexOf(entry), 1)
        reject(signal.reason)
        this.#tellIdle()
      }
      const entry: Waiting = {
        begin: () => {
          signal.removeEventListener('abort', leave)
          this.#running++
          resolve()
        },
      }
      signal.addEventListener('abort', leave, { once: true })
      waiting.push(entry)
    })
  }

  #beginNext(): void {
    const next = this.#waiting.tip.shift() ?? this.#waiting.offer.shift() ?? this.#waiting.sync.shift()
    next?.begin()
    this.#tellIdle()
  }

  #tellIdle(): void {
    if (this.size > 0) return
    for (const resolve of this.#idle.splice(0)) resolve()
  }
}
