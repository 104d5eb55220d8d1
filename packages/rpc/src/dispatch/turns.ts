import { setImmediate as nextTurn } from 'node:timers/promises'
import type { Call } from './method.ts'

/** A call computes for so long before others have their turn; blocks, peers and short calls wait no longer than this for one. */
const TURN_MS = 5
/** What a turn is charged: a client that only computes gets a fifth of a core for long. */
const TURN_COST = 50
/** Steps between looks at the clock: some microseconds. */
const STEPS_PER_LOOK = 64

/** Lets long calls compute one at a time, a little at a time. */
export class Turns {
  #last: Promise<void> = Promise.resolve()

  /** What a long call asks at every step, and waits for: throws when nobody waits for the call any more. */
  pauseFor(call: Call): () => Promise<void> | undefined {
    let steps = 0
    let sinceMs = performance.now()
    const rest = async (): Promise<void> => {
      call.charge(TURN_COST)
      await this.#turn()
      call.signal.throwIfAborted()
      sinceMs = performance.now()
    }
    return () => {
      if (++steps % STEPS_PER_LOOK !== 0 || performance.now() - sinceMs < TURN_MS) return undefined
      return rest()
    }
  }

  /** One goes on in each round of the event loop, in the order in which they came. */
  #turn(): Promise<void> {
    this.#last = this.#last.then(() => nextTurn())
    return this.#last
  }
}
