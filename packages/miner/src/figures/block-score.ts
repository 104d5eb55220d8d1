import type { HeadEvent } from '@poai/chain'
import type { Hash32, RuleSchedule } from '@poai/core'
import type { BlockFate } from '../jobs/block-delivery.ts'
import { OwnBlocks } from './own-blocks.ts'

/** What became of the blocks that a miner has found since its start. */
export interface BlockFigures {
  /** Solutions found. */
  readonly blocksFound: number
  /** Of them, those that became the head. */
  readonly blocksAccepted: number
  /** Of them, those that came after another block of their height, or could not be imported in time. */
  readonly blocksLost: number
  /** Of them, those that did not pass this node's own import. */
  readonly blocksInvalid: number
  /** Of them, those that are in the chain now. */
  readonly blocksCanonical: number
  /** What those pay in subsidy and tips, in wei. */
  readonly rewardsWei: bigint
}

/** Counts blocks. */
export class BlockScore {
  readonly #ownBlocks: OwnBlocks
  readonly #fates: Record<BlockFate, number> = { head: 0, side: 0, lost: 0, invalid: 0 }
  #found = 0
  #invalidInRow = 0

  constructor(schedule: RuleSchedule) {
    this.#ownBlocks = new OwnBlocks(schedule)
  }

  get figures(): BlockFigures {
    const { head, side, lost, invalid } = this.#fates
    return {
      blocksFound: this.#found,
      blocksAccepted: head,
      blocksLost: side + lost,
      blocksInvalid: invalid,
      blocksCanonical: this.#ownBlocks.canonical,
      rewardsWei: this.#ownBlocks.rewardsWei,
    }
  }

  /** Invalid blocks since the last one that was not, or since `forgive`. */
  get invalidInRow(): number {
    return this.#invalidInRow
  }

  /** Call it before the block is imported. */
  found(hash: Hash32): void {
    this.#found++
    this.#ownBlocks.remember(hash)
  }

  judged(fate: BlockFate): void {
    this.#fates[fate]++
    this.#invalidInRow = fate === 'invalid' ? this.#invalidInRow + 1 : 0
  }

  forgive(): void {
    this.#invalidInRow = 0
  }

  follow(event: Pick<HeadEvent, 'removed' | 'added'>): void {
    this.#ownBlocks.follow(event)
  }
}
