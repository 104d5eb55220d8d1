import { bytesToHex, type Clock, type Hash32, type Hex } from '@poai/core'

/**
 * How long a block is held while its parent is fetched. The child of a block that was not passed on, because of a tie,
 * decides the tie, and is news to the nodes beyond this one. A header, two bodies and two replays take a second or two.
 */
const HOLD_MS = 4000
/** A neighbour that passed the block on may be executing it still, and cannot show it yet: it is asked this often. */
const ASK_AGAIN_MS = 500
/** Blocks that are held at one time; a tie has one or two children. */
const MAX_HELD = 16

/** Blocks that wait for their parents before it is decided whether they are passed on. */
export class HeldBlocks {
  readonly #clock: Pick<Clock, 'sleep'>
  readonly #held = new Map<Hex, () => void>()

  constructor(clock: Pick<Clock, 'sleep'>) {
    this.#clock = clock
  }

  /**
   * Resolves when the block has joined the chain, or after a while; at once if too many wait. `ask` asks for what is
   * missing.
   */
  async hold(hash: Hash32, ask: () => void, stopping: AbortSignal): Promise<void> {
    ask()
    const name = bytesToHex(hash)
    if (this.#held.size >= MAX_HELD || this.#held.has(name)) return
    const joined = new Promise<void>((resolve) => {
      this.#held.set(name, resolve)
    })
    const done = new AbortController()
    const either = AbortSignal.any([done.signal, stopping])
    await Promise.race([joined, this.#askAgain(ask, either).catch(() => undefined)])
    done.abort()
    this.#held.delete(name)
  }

  /** The block has joined the chain. */
  release(hash: Hash32): void {
    this.#held.get(bytesToHex(hash))?.()
  }

  /** Rejects when the signal aborts. */
  async #askAgain(ask: () => void, signal: AbortSignal): Promise<void> {
    for (let leftMs = HOLD_MS; leftMs > 0; leftMs -= ASK_AGAIN_MS) {
      await this.#clock.sleep(ASK_AGAIN_MS, signal)
      if (leftMs > ASK_AGAIN_MS) ask()
    }
  }
}
