import { type ChainContext, condemnsBlock } from '@poai/consensus'
import { type Hash32, RuleError } from '@poai/core'
import { ChainError } from '../chain-error.ts'

/**
 * A block on its way through the pipeline. All callers that bring it wait for one result; it is given up when all of
 * them have left.
 */
export class Flight<Outcome> {
  readonly hash: Hash32
  /** Of the chain that ends with the block, if it turns out valid: its children can be judged meanwhile. */
  readonly context: ChainContext
  readonly #controller = new AbortController()
  readonly #outcome: Promise<Outcome>
  #passengers = 0

  constructor(
    place: { readonly hash: Hash32; readonly context: ChainContext },
    fly: (signal: AbortSignal) => Promise<Outcome>,
  ) {
    this.hash = place.hash
    this.context = place.context
    this.#outcome = fly(this.#controller.signal)
    // Each passenger gets a failure; without any, nobody needs to.
    this.#outcome.catch(() => undefined)
  }

  /** True if all callers that waited for the block have left, or the chain has. */
  get isGivenUp(): boolean {
    return this.#controller.signal.aborted
  }

  /** Rejects with the signal's reason when that passenger leaves, and else as the flight ends. */
  async join(signal?: AbortSignal): Promise<Outcome> {
    signal?.throwIfAborted()
    this.#passengers++
    const left = Promise.withResolvers<never>()
    const leave = (): void => {
      if (--this.#passengers === 0) this.#controller.abort(signal?.reason)
      left.reject(signal?.reason)
    }
    signal?.addEventListener('abort', leave, { once: true })
    try {
      return await Promise.race([this.#outcome, left.promise])
    } finally {
      signal?.removeEventListener('abort', leave)
    }
  }

  /** Gives up at once. */
  abort(reason: unknown): void {
    this.#controller.abort(reason)
  }

  /**
   * Resolves when the block is stored; rejects with what its failure means for a child. Does not count as a passenger.
   */
  async landed(): Promise<void> {
    try {
      await this.#outcome
    } catch (error) {
      throw failureOfParent(error)
    }
  }

  /** Resolves when it is over, whatever came of it. */
  async over(): Promise<void> {
    await this.#outcome.catch(() => undefined)
  }
}

function failureOfParent(cause: unknown): Error {
  if (cause instanceof RuleError && condemnsBlock(cause)) {
    return new RuleError('HEADER_PARENT_INVALID', 'the block before this one is invalid', { actual: cause.code, cause })
  }
  return new ChainError('CHAIN_PARENT_UNDECIDED', 'the block before this one could not be judged', { cause })
}
