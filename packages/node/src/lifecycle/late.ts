import { invariant } from '@poai/core'

/** What a wing makes while it starts: for the wings that start after it, and for whoever asks in the meantime. */
export class Late<Part> {
  #part: Part | undefined

  /** Undefined until it is made. */
  get now(): Part | undefined {
    return this.#part
  }

  /** For those that start later. */
  get made(): Part {
    invariant(this.#part !== undefined, 'a wing uses only what wings before it have made')
    return this.#part
  }

  make(part: Part): Part {
    this.#part = part
    return part
  }
}
