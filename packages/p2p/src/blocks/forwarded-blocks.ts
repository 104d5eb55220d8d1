import { type Block, bytesToHex, type Hash32 } from '@poai/core'
import { RecentMap } from '../budget/recent-map.ts'

/** At most two megabytes each. An attacker has to work for each of them as for a block of the chain. */
const MAX_FORWARDED = 8

/**
 * Blocks that were passed on before they were stored. Neighbours ask for large bodies at once, and must get them even
 * if execution finds a fault meanwhile: whoever announces must serve.
 */
export class ForwardedBlocks {
  readonly #blocks = new RecentMap<Block>(MAX_FORWARDED)

  add(hash: Hash32, block: Block): void {
    this.#blocks.set(bytesToHex(hash), block)
  }

  get(hash: Hash32): Block | undefined {
    return this.#blocks.get(bytesToHex(hash))
  }
}
