import type { Chain } from '@poai/chain'
import { type Block, RuleError } from '@poai/core'
import type { BlockStore } from '@poai/storage'
import { canonicalBlocks } from '../db/canonical-blocks.ts'
import { inOrder } from './in-order.ts'

/** The outcome of a verification. */
export interface VerifyReport {
  /** How many blocks were verified in this run. */
  readonly verified: number
  /** The last good block; undefined if there is none. */
  readonly lastGood: bigint | undefined
  /** The first bad block, if there is one. */
  readonly fault: { readonly number: bigint; readonly error: RuleError } | undefined
}

export interface VerifyOptions {
  readonly signal: AbortSignal
  /** Is told each good block. */
  readonly onBlock: (number: bigint) => void
}

/** How many blocks are under way: several for each worker, and at most a few MB of memory. */
const MAX_AHEAD = 16

/**
 * Rebuilds the chain of a database in another one, as a node does that receives it for the first time: headers, work,
 * signatures, execution, roots. Blocks that the other one has already are skipped.
 */
export async function verifyByRebuilding(
  blocks: BlockStore,
  chain: Pick<Chain, 'head' | 'importBlock'>,
  { signal, onBlock }: VerifyOptions,
): Promise<VerifyReport> {
  const from = chain.head().number + 1n
  const rebuild = (block: Block): Promise<unknown> => chain.importBlock(block, { priority: 'sync', signal })
  return follow(canonicalBlocks(blocks, from), from, { work: rebuild, signal, onBlock })
}

/** Takes blocks in order until one breaks a rule. */
export async function follow(
  blocks: AsyncIterable<Block>,
  from: bigint,
  { work, signal, onBlock }: VerifyOptions & { readonly work: (block: Block) => Promise<unknown> },
): Promise<VerifyReport> {
  let verified = 0
  let next = from
  try {
    for await (const { item } of inOrder(blocks, MAX_AHEAD, work)) {
      signal.throwIfAborted()
      verified++
      next = item.header.number + 1n
      onBlock(item.header.number)
    }
    return { verified, lastGood: next === 0n ? undefined : next - 1n, fault: undefined }
  } catch (error) {
    if (!(error instanceof RuleError)) throw error
    return { verified, lastGood: next === 0n ? undefined : next - 1n, fault: { number: next, error } }
  }
}
