import { type Maybe, RpcError } from '@poai/api'
import { invariant } from '@poai/core'

/** What a wing makes while it starts: for the wings that start after it, and for whoever asks in the meantime. */
export class Late<Part> implements Maybe<Part> {
  readonly #missing: string
  #part: Part | undefined

  /** @param missing What clients are told who ask too early. */
  constructor(missing: string) {
    this.#missing = missing
  }

  /** Undefined until it is made. */
  get now(): Part | undefined {
    return this.#part
  }

  /** For wings that start later. */
  get made(): Part {
    invariant(this.#part !== undefined, 'a wing uses only what wings before it have made')
    return this.#part
  }

  /** For methods, which may be called at any time. Throws what a client may read if it is not made yet. */
  require(): Part {
    if (this.#part !== undefined) return this.#part
    throw new RpcError('unavailable', this.#missing)
  }

  make(part: Part): Part {
    this.#part = part
    return part
  }
}
