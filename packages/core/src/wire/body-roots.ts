import type { Hash32 } from '../branded.ts'
import { orderedTrieRoot } from '../trie-root.ts'
import { type Receipt, receiptCodec } from './receipt.ts'
import type { Transaction } from './transaction.ts'

/** What a header's `transactionsRoot` must be. */
export function transactionsRoot(transactions: readonly Transaction[]): Hash32 {
  return orderedTrieRoot(transactions.map((transaction) => transaction.bytes))
}

/** What a header's `receiptsRoot` must be. */
export function receiptsRoot(receipts: readonly Receipt[]): Hash32 {
  return orderedTrieRoot(receipts.map((receipt) => receiptCodec.encode(receipt)))
}
