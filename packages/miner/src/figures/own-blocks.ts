import type { ExecutedBlock, HeadEvent } from '@poai/chain'
import { blockReward } from '@poai/consensus'
import { bytesToHex, type Hash32, type Hex, type RuleSchedule } from '@poai/core'
import { effectiveGasPrice } from '@poai/execution'

/** How many own blocks are remembered: more than any reorganisation reaches back. */
const MAX_REMEMBERED = 4096

/** Subsidy and tips of a block, in wei. */
export function rewardOf(
  schedule: RuleSchedule,
  { block, receipts }: Pick<ExecutedBlock, 'block' | 'receipts'>,
): bigint {
  const { number, baseFeePerGas } = block.header
  let before = 0n
  const payments = block.body.transactions.map((transaction, index) => {
    const total = receipts[index]?.cumulativeGasUsed ?? before
    const gasUsed = total - before
    before = total
    return { gasUsed, effectiveGasPrice: effectiveGasPrice(transaction, baseFeePerGas) }
  })
  const { subsidy, tips } = blockReward(schedule, { number, baseFeePerGas, payments })
  return subsidy + tips
}

/** Tracks which of this miner's blocks are in the chain, and what they pay: a reorganisation takes both away. */
export class OwnBlocks {
  readonly #schedule: RuleSchedule
  readonly #found = new Set<Hex>()
  #canonical = 0
  #rewardsWei = 0n

  constructor(schedule: RuleSchedule) {
    this.#schedule = schedule
  }

  /** How many own blocks are in the chain now. */
  get canonical(): number {
    return this.#canonical
  }

  /** What they pay. */
  get rewardsWei(): bigint {
    return this.#rewardsWei
  }

  /** Call it before the block is imported. */
  remember(hash: Hash32): void {
    this.#found.add(bytesToHex(hash))
    if (this.#found.size <= MAX_REMEMBERED) return
    for (const oldest of this.#found) {
      this.#found.delete(oldest)
      return
    }
  }

  follow({ removed, added }: Pick<HeadEvent, 'removed' | 'added'>): void {
    for (const block of removed) this.#count(block, -1)
    for (const block of added) this.#count(block, 1)
  }

  #count(block: ExecutedBlock, sign: 1 | -1): void {
    if (!this.#found.has(bytesToHex(block.hash))) return
    this.#canonical += sign
    this.#rewardsWei += BigInt(sign) * rewardOf(this.#schedule, block)
  }
}
