import type { HeaderJson } from '@poai/api/client'
import { toNumber } from '../text/show.ts'

/** A block that left the chain, and the one that took its place. */
export interface Replaced {
  readonly number: number
  readonly from: string
  readonly to: string
}

export interface MergedHeads {
  /** The newest first, at most as many as wanted. */
  readonly blocks: readonly HeaderJson[]
  readonly replaced: readonly Replaced[]
}

/**
 * Adds new heads to the known ones. Of each height only the newest counts; if it replaced another block, the blocks
 * above that one are dropped.
 */
export function mergeHeads(known: readonly HeaderJson[], came: readonly HeaderJson[], maxBlocks: number): MergedHeads {
  const byNumber = new Map(known.map((block) => [toNumber(block.number), block]))
  const replaced: Replaced[] = []
  for (const header of came) {
    const number = toNumber(header.number)
    const before = byNumber.get(number)
    if (before !== undefined && before.hash !== header.hash) {
      replaced.unshift({ number, from: before.hash, to: header.hash })
      for (const other of [...byNumber.keys()]) if (other > number) byNumber.delete(other)
    }
    byNumber.set(number, header)
  }
  const blocks = [...byNumber.values()].sort((a, b) => toNumber(b.number) - toNumber(a.number)).slice(0, maxBlocks)
  return { blocks, replaced }
}
