import type { Chain } from '@poai/chain'
import { type Block, RuleError } from '@poai/core'
import type { BlockStore } from '@poai/storage'
import { canonicalBlocks } from '../db/canonical-blocks.ts'
import { inOrder } from './in-order.ts'

/** What verifying came to. */
export interface VerifyReport {
  /** Blocks that were verified in this run. */
  readonly verified: number
  /** The last one that is good; undefined if none is known to be. */
  readonly lastGood: bigint | undefined
  /** The first bad one. */
  readonly fault: { readonly number: bigint; readonly error: RuleError } | undefined
}

export interface VerifyOptions {
  readonly signal: AbortSignal
  /** A block is good. */
  readonly onBlock: (number: bigint) => void
}

/** Blocks at one time: some for each worker, and a few MB of memory at most. */
const MAX_AHEAD = 16

/**
 * Builds the chain of a database anew in another one, as a node does that hears of it for the first time: headers,
 * work, signatures, execution, roots. What the other one has already is not done again.
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

/** Works through blocks in order until one breaks a rule. */
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
