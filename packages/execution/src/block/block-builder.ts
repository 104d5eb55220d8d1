import { invariant, MAX_BLOCK_TRANSACTIONS, type Receipt, RuleError, type Transaction } from '@poai/core'
import type { SentTransaction } from '../transaction/apply-transaction.ts'
import type { BlockOutcome, BlockSession } from './block-session.ts'

/** A block that a miner fills. */
export interface BlockBuilder {
  readonly gasUsed: bigint
  /** The body's encoding so far. */
  readonly bodyBytes: number
  /** Adds the transaction if it can be the next; if not, nothing has changed. */
  add(sent: SentTransaction): Promise<Added>
  /** The block with what was added. The builder is over then. */
  finish(): BuiltBlock
}

/** Whether a transaction is in, and why not. */
export type Added =
  | { readonly included: true; readonly receipt: Receipt }
  /** It does not fit, or breaks a rule at this place; another may still fit. */
  | { readonly included: false; readonly reason: 'size' | 'count' | RuleError }

/** Longer RLP items name the length of their length. */
const SHORT_LIMIT = 55

/** A block's content, and what it comes to. */
export interface BuiltBlock {
  readonly transactions: readonly Transaction[]
  readonly outcome: BlockOutcome
}

/** The length of an RLP string or list with that much content (more than one byte). */
function withPrefix(length: number): number {
  let prefix = 1
  if (length > SHORT_LIMIT) for (let rest = length; rest > 0; rest >>= 8) prefix++
  return prefix + length
}

/** Fills a block by the same transition that judges blocks, within the network's limit on bodies. */
export function createBlockBuilder(session: BlockSession, maxBodyBytes: number): BlockBuilder {
  const transactions: Transaction[] = []
  let listBytes = 0
  let finished = false
  const bodyBytesWith = (content: number): number => withPrefix(withPrefix(content))
  return {
    get gasUsed(): bigint {
      return session.gasUsed
    },
    get bodyBytes(): number {
      return bodyBytesWith(listBytes)
    },
    async add(sent) {
      invariant(!finished, 'a finished block takes no transactions')
      if (transactions.length >= MAX_BLOCK_TRANSACTIONS) return { included: false, reason: 'count' }
      const withIt = listBytes + withPrefix(sent.transaction.bytes.length)
      if (bodyBytesWith(withIt) > maxBodyBytes) return { included: false, reason: 'size' }
      try {
        const receipt = await session.apply(sent)
        transactions.push(sent.transaction)
        listBytes = withIt
        return { included: true, receipt }
      } catch (error) {
        if (error instanceof RuleError) return { included: false, reason: error }
        throw error
      }
    },
    finish() {
      invariant(!finished, 'a block is finished once')
      finished = true
      return { transactions, outcome: session.finish() }
    },
  }
}
