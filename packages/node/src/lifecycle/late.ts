import { type Maybe, RpcError } from '@poai/api'
import { invariant } from '@poai/core'

/** Something that a wing makes when it starts, for wings that start later and for anyone who asks in the meantime. */
export class Late<Part> implements Maybe<Part> {
  readonly #missing: string
  #part: Part | undefined

  /** @param missing What clients who ask too early are told. */
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

  /** For methods, which may be called at any time. If it is not made yet, throws an error that clients may read. */
  require(): Part {
    if (this.#part !== undefined) return this.#part
    throw new RpcError('unavailable', this.#missing)
  }

  make(part: Part): Part {
    this.#part = part
    return part
  }
}
