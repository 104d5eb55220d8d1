import type { Call } from '@poai/api'
import { type Address, equalBytes, type Transaction } from '@poai/core'
import { createdAddress } from '@poai/execution'
import type { SentBlock } from '../../chain-view.ts'
import type { MethodContext } from '../method-context.ts'

/** Blocks that one search without an index reads: an empty block takes a tenth of a millisecond. */
const MAX_SEARCHED_BLOCKS = 20_000n

/** A transaction and its block. */
export interface FoundInBlock {
  readonly found: SentBlock
  readonly index: number
}

/** The outcome of a search. */
export interface SearchOutcome {
  readonly hits: readonly FoundInBlock[]
  /** True if the search reached the end of the chain. */
  readonly isComplete: boolean
}

/** Where to search, and for how many. */
export interface Search {
  /** The first block to look at. */
  readonly start: bigint
  readonly direction: 'up' | 'down'
  /** Whole blocks are added until there are this many. */
  readonly atLeast: number
  readonly call: Pick<Call, 'pause'>
  readonly matches: (transaction: Transaction, sender: Address) => boolean
}

/** Reads block after block, in the direction of the search. Finds what transactions say, not what contracts did. */
export async function findTransactions({ view }: Pick<MethodContext, 'view'>, search: Search): Promise<SearchOutcome> {
  const { start, direction, atLeast, call, matches } = search
  const step = direction === 'up' ? 1n : -1n
  const hits: FoundInBlock[] = []
  const isInside = (number: bigint): boolean => number >= 0n && number <= view.headNumber
  let number = start
  for (let read = 0n; isInside(number) && read < MAX_SEARCHED_BLOCKS && hits.length < atLeast; read++, number += step) {
    const rest = call.pause()
    if (rest !== undefined) await rest
    const named = view.header({ kind: 'number', number })
    // A block without gas has no transactions: its body need not be read.
    if (named === undefined || named.header.gasUsed === 0n) continue
    const found = await view.block({ kind: 'number', number })
    if (found === undefined) continue
    const inBlock: FoundInBlock[] = []
    for (const [index, transaction] of found.block.body.transactions.entries()) {
      const sender = found.senders[index]
      if (sender !== undefined && matches(transaction, sender)) inBlock.push({ found, index })
    }
    hits.push(...(direction === 'up' ? inBlock : inBlock.reverse()))
  }
  return { hits, isComplete: !isInside(number) }
}

/** Matches what an account sent, was sent, or was created by. */
export function involves(address: Address): Search['matches'] {
  return (transaction, sender) => {
    if (equalBytes(sender, address)) return true
    return equalBytes(transaction.to ?? createdAddress(sender, transaction.nonce), address)
  }
}
