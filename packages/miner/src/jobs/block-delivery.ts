import type { Chain } from '@poai/chain'
import {
  type Block,
  bytesToHex,
  type Clock,
  equalBytes,
  type Hash32,
  isPermanent,
  type Logger,
  RuleError,
} from '@poai/core'
import { Outage } from '../outage.ts'

/**
 * What became of one of our own blocks.
 *
 * - `head`: it ends the chain.
 * - `side`: it is stored beside a chain that is as heavy.
 * - `lost`: the head moved before it could be imported.
 * - `invalid`: it broke a rule, so our engine, our memory or our code is wrong.
 */
export type BlockFate = 'head' | 'side' | 'lost' | 'invalid'

export interface BlockDeliveryDependencies {
  readonly chain: Pick<Chain, 'head' | 'importBlock'>
  readonly clock: Pick<Clock, 'sleep'>
  readonly logger: Logger
}

/** When to stop trying. */
export interface DeliveryOptions {
  /** Once it is aborted, there are no more tries. */
  readonly lastTry: AbortSignal
  /** Also gives up the try under way. */
  readonly signal: AbortSignal
}

/**
 * Imports our own blocks the way everybody's blocks are imported, and does not give one up over a passing failure.
 */
export class BlockDelivery {
  readonly #dependencies: BlockDeliveryDependencies
  readonly #outage: Outage

  constructor(dependencies: BlockDeliveryDependencies) {
    this.#dependencies = dependencies
    this.#outage = new Outage(
      { failed: 'Could not import our own block: trying again', recovered: 'Imported our own block after all' },
      dependencies,
    )
  }

  /** What failed last, while it keeps failing. */
  get error(): unknown {
    return this.#outage.error
  }

  /** Resolves when the block's fate is known. */
  async deliver(block: Block, hash: Hash32, { lastTry, signal }: DeliveryOptions): Promise<BlockFate> {
    const { chain, logger } = this.#dependencies
    for (;;) {
      try {
        const { kind } = await chain.importBlock(block, { signal })
        this.#outage.over()
        if (kind === 'known') return equalBytes(chain.head().hash, hash) ? 'head' : 'side'
        return kind === 'head' ? 'head' : 'side'
      } catch (error) {
        if (error instanceof RuleError && isPermanent(error)) {
          const { code, message, expected, actual } = error
          const number = block.header.number
          logger.error('Our own block is not valid', {
            hash: bytesToHex(hash),
            number,
            code,
            message,
            expected,
            actual,
          })
          return 'invalid'
        }
        if (lastTry.aborted || !equalBytes(chain.head().hash, block.header.parentHash)) return 'lost'
        await this.#outage.endure(error, lastTry)
      }
    }
  }
}
