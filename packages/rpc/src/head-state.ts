import type { Chain, PastState } from '@poai/chain'
import { equalBytes, type Hash32, type Unsubscribe } from '@poai/core'
import { rememberReads } from './remember-reads.ts'

interface SharedState {
  readonly state: PastState
  readonly head: Hash32
  users: number
  isOld: boolean
}

/**
 * One view of the newest state for all calls, as long as it is the newest: opening one costs more than most calls do.
 */
export class HeadState {
  readonly #chain: Pick<Chain, 'head' | 'queries'>
  readonly #unsubscribe: Unsubscribe
  #shared: SharedState | undefined

  constructor(chain: Pick<Chain, 'head' | 'queries' | 'onHead'>) {
    this.#chain = chain
    this.#unsubscribe = chain.onHead(() => this.#retire())
  }

  /** Lends the state after the head to `read`. Answers at once if `read` does. */
  use<T>(read: (state: PastState) => T | Promise<T>): T | Promise<T> {
    const shared = this.#current()
    shared.users++
    let isWaiting = false
    try {
      const result = read(shared.state)
      isWaiting = result instanceof Promise
      return result instanceof Promise ? this.#whenRead(shared, result) : result
    } finally {
      if (!isWaiting) this.#leave(shared)
    }
  }

  async #whenRead<T>(shared: SharedState, result: Promise<T>): Promise<T> {
    try {
      return await result
    } finally {
      this.#leave(shared)
    }
  }

  #leave(shared: SharedState): void {
    shared.users--
    if (shared.isOld && shared.users === 0) void shared.state.close()
  }

  /** Releases the state; it must not be used any more. */
  close(): void {
    this.#unsubscribe()
    this.#retire()
  }

  #current(): SharedState {
    const { hash, number } = this.#chain.head()
    if (this.#shared !== undefined && equalBytes(this.#shared.head, hash)) return this.#shared
    this.#retire()
    this.#shared = { state: rememberReads(this.#chain.queries.stateAt(number)), head: hash, users: 0, isOld: false }
    return this.#shared
  }

  #retire(): void {
    const shared = this.#shared
    this.#shared = undefined
    if (shared === undefined) return
    shared.isOld = true
    if (shared.users === 0) void shared.state.close()
  }
}
