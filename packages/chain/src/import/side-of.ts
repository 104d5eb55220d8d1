import type { Header } from '@poai/core'
import type { KeptSideBlock } from '../database/chain-database.ts'
import { SIDE_BLOCK_OVERHEAD_BYTES, type SideBlock } from './side-blocks.ts'

/** What is known of a block that may stand beside the chain. */
export interface SideParts extends Pick<SideBlock, 'hash' | 'weight'> {
  readonly header: Pick<Header, 'parentHash' | 'number'>
  readonly bodyBytes: number
}

/** A block as it counts beside the chain. */
export function sideOf({ header, bodyBytes, ...block }: SideParts): SideBlock {
  const { parentHash, number } = header
  return { ...block, parentHash, number, bytes: bodyBytes + SIDE_BLOCK_OVERHEAD_BYTES }
}

/** One that was stored before this start: what is known of its branch is its own work. */
export function sideOfKept({ hash, parentHash, number, context, bodyBytes }: KeptSideBlock): SideBlock {
  return sideOf({ hash, header: { parentHash, number }, weight: context.totalWork, bodyBytes })
}
