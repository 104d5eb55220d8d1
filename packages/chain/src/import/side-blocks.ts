import { bytesToHex, type Hash32, type Hex } from '@poai/core'
import { ChainError } from '../chain-error.ts'

/** Bounds of what is kept beside the canonical chain. */
export interface SideLimits {
  /**
   * How far below the head a block's chain may be, in blocks as heavy as the head. A tie needs none, and the child of a
   * tie is heavier. Two more let in the loser of a tie that arrives late over a slow line. Longer branches come by
   * synchronisation, which has looked at their work.
   */
  readonly slackBlocks: bigint
  /** Of one height. Two miners tie now and then; five never find a block before they hear of each other. */
  readonly maxPerHeight: number
  /** Of all of them, as {@link SideBlock.bytes} counts: sixteen blocks of the largest size. */
  readonly maxBytes: number
}

export const SIDE_DEFAULTS: SideLimits = {
  slackBlocks: 2n,
  maxPerHeight: 4,
  maxBytes: 32 * 1024 * 1024,
}

/**
 * What a block takes beside its body: header, context and places in indexes, with room for what a database needs to
 * find them.
 */
export const SIDE_BLOCK_OVERHEAD_BYTES = 2048

/** A block that is stored beside the canonical chain, or would be. */
export interface SideBlock {
  readonly hash: Hash32
  readonly parentHash: Hash32
  readonly number: bigint
  /** The work up to it, or of the branch of which a sample was replayed, whichever is more. */
  readonly weight: bigint
  /** Of its body and {@link SIDE_BLOCK_OVERHEAD_BYTES}. */
  readonly bytes: number
}

/** The end of the canonical chain, as far as it says what can win. */
export interface HeadWeight {
  readonly totalWork: bigint
  /** Of the head alone. */
  readonly blockWork: bigint
}

/**
 * All blocks beside the canonical chain, and what may join them. A block that cannot win any more has no claim on this
 * node's time and disk: after a late block, siblings cost next to nothing. What belongs to a branch that wins by a
 * sample of its work is not counted while it does.
 */
export class SideBlocks {
  readonly #limits: SideLimits
  readonly #blocks = new Map<Hex, SideBlock>()

  constructor(limits: SideLimits, stored: Iterable<SideBlock>) {
    this.#limits = limits
    for (const block of stored) this.put(block)
  }

  /** The room of blocks that cannot win as they are. */
  bytesBeside({ totalWork }: Pick<HeadWeight, 'totalWork'>): number {
    let bytes = 0
    for (const block of this.#blocks.values()) if (block.weight <= totalWork) bytes += block.bytes
    return bytes
  }

  /**
   * Which blocks must go so that this one has room: lighter ones, the lightest branch from its end. Throws
   * `CHAIN_TOO_LIGHT` if it is worth less than what is here. Changes nothing. `underWay`: others of its height that are
   * being judged.
   */
  admit(block: SideBlock, head: HeadWeight, underWay: number = 0): readonly SideBlock[] {
    if (block.weight > head.totalWork) return []
    const { slackBlocks, maxPerHeight, maxBytes } = this.#limits
    const least = head.totalWork - slackBlocks * head.blockWork
    if (block.weight < least) throw tooLight('the block can’t win against the head', `work of ${least}`, block.weight)
    const ofHeight = underWay + this.#countAt(block.number)
    if (ofHeight >= maxPerHeight) throw tooLight('there are enough blocks beside the chain', maxPerHeight, ofHeight + 1)
    const dropped: SideBlock[] = []
    let bytes = this.bytesBeside(head) + block.bytes
    for (const candidate of bytes > maxBytes ? this.#lightestFirst(block) : []) {
      if (bytes <= maxBytes || candidate.worth >= block.weight) break
      dropped.push(candidate.block)
      bytes -= candidate.block.bytes
    }
    if (bytes > maxBytes) throw tooLight('blocks beside the chain take all of their room', `${maxBytes} bytes`, bytes)
    return dropped
  }

  /** Counts a block that is stored now; of one that is already counted, the larger weight. */
  put(block: SideBlock): void {
    const name = bytesToHex(block.hash)
    const known = this.#blocks.get(name)
    this.#blocks.set(name, known === undefined || known.weight < block.weight ? block : known)
  }

  /** Raises the weight of a block beside the chain to that of its branch. */
  raise(hash: Hash32, weight: bigint): void {
    const known = this.#blocks.get(bytesToHex(hash))
    if (known !== undefined && known.weight < weight) this.put({ ...known, weight })
  }

  /** Forgets a block that is gone, or canonical now. */
  remove(hash: Hash32): void {
    this.#blocks.delete(bytesToHex(hash))
  }

  /** Forgets branches that pruning has removed. */
  forgetBelow(number: bigint): void {
    for (const block of this.#blocks.values()) if (block.number < number) this.remove(block.hash)
  }

  #countAt(number: bigint): number {
    let count = 0
    for (const block of this.#blocks.values()) if (block.number === number) count++
    return count
  }

  /**
   * A block is worth as much as the best end that stands on it; of equal ones the higher goes first, so that none is
   * left without its parent.
   */
  #lightestFirst(incoming: SideBlock): readonly { readonly block: SideBlock; readonly worth: bigint }[] {
    const worth = new Map<Hex, bigint>()
    const upward = [...this.#blocks.values(), incoming].sort((a, b) => compare(b.number, a.number))
    for (const { hash, parentHash, weight } of upward) {
      const own = larger(worth.get(bytesToHex(hash)) ?? 0n, weight)
      worth.set(bytesToHex(hash), own)
      worth.set(bytesToHex(parentHash), larger(worth.get(bytesToHex(parentHash)) ?? 0n, own))
    }
    return [...this.#blocks.values()]
      .map((block) => ({ block, worth: worth.get(bytesToHex(block.hash)) ?? block.weight }))
      .sort((a, b) => compare(a.worth, b.worth) || compare(b.block.number, a.block.number))
  }
}

function tooLight(message: string, expected: string | number, actual: bigint | number): ChainError {
  return new ChainError('CHAIN_TOO_LIGHT', message, { expected: String(expected), actual: String(actual) })
}

function larger(a: bigint, b: bigint): bigint {
  return a > b ? a : b
}

function compare(a: bigint, b: bigint): number {
  if (a === b) return 0
  return a < b ? -1 : 1
}
