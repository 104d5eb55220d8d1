import type { HeaderJson } from '@poai/api/client'
import type { Hex } from '@poai/core'
import { toNumber } from '../text/show.ts'

/** Blocks whose exams are graded together. */
export interface GradeWindow {
  readonly from: number
  readonly to: number
  /** The hash of the last block: other blocks have other grades. */
  readonly hash: Hex
}

/**
 * The newest full windows of `size` blocks each, the oldest first. They begin at the same heights whatever the head is,
 * so that each is asked for once.
 */
export function gradeWindows(
  known: readonly Pick<HeaderJson, 'number' | 'hash'>[],
  size: number,
  most: number,
): readonly GradeWindow[] {
  return known
    .filter((block) => toNumber(block.number) > 0 && toNumber(block.number) % size === 0)
    .map((block) => ({ from: toNumber(block.number) - size + 1, to: toNumber(block.number), hash: block.hash }))
    .sort((a, b) => a.to - b.to)
    .slice(-most)
}
