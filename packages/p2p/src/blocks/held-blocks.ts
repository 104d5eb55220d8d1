import { bytesToHex, type Clock, type Hash32, type Hex } from '@poai/core'

/**
 * How long a block is held whose parent is fetched: the child of a block that was not passed on, since it was a tie,
 * decides the tie, and is news for those behind this node. A header, two bodies and two replays take a second or two.
 */
const HOLD_MS = 4000
/** Blocks that are held at one time; ties have one child or two. */
const MAX_HELD = 16

/** Blocks that wait for their parents, and with them the decision whether they are passed on. */
export class HeldBlocks {
  readonly #clock: Pick<Clock, 'sleep'>
  readonly #held = new Map<Hex, () => void>()

  constructor(clock: Pick<Clock, 'sleep'>) {
    this.#clock = clock
  }

  /** Resolves when the block has joined the chain, or after a while; at once if too many wait. */
  async hold(hash: Hash32, stopping: AbortSignal): Promise<void> {
    const name = bytesToHex(hash)
    if (this.#held.size >= MAX_HELD || this.#held.has(name)) return
    const joined = new Promise<void>((resolve) => {
      this.#held.set(name, resolve)
    })
    const done = new AbortController()
    const either = AbortSignal.any([done.signal, stopping])
    await Promise.race([joined, this.#clock.sleep(HOLD_MS, either).catch(() => undefined)])
    done.abort()
    this.#held.delete(name)
  }

  /** The block has joined the chain. */
  release(hash: Hash32): void {
    this.#held.get(bytesToHex(hash))?.()
  }
}
