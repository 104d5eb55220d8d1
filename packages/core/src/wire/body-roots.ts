import type { Hash32 } from '../branded.ts'
import { equalBytes } from '../bytes.ts'
import { answersRoot } from '../inference/inference-answer.ts'
import { EMPTY_TRIE_ROOT, orderedTrieRoot } from '../trie-root.ts'
import type { Body } from './block.ts'
import type { Header } from './header.ts'
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

/** The body that a header of empty roots stands for; undefined if any of them is not empty. */
export function emptyBodyOf({
  transactionsRoot,
  answersRoot,
}: Pick<Header, 'transactionsRoot' | 'answersRoot'>): Body | undefined {
  const isEmpty = (root: Hash32): boolean => equalBytes(root, EMPTY_TRIE_ROOT)
  if (!isEmpty(transactionsRoot)) return undefined
  if (answersRoot === undefined) return { transactions: [] }
  return isEmpty(answersRoot) ? { transactions: [], answers: [] } : undefined
}

/** Whether these are the transactions and the answers that the header's roots stand for. */
export function isBodyOf(
  header: Pick<Header, 'transactionsRoot' | 'answersRoot'>,
  { transactions, answers }: Body,
): boolean {
  if (!equalBytes(transactionsRoot(transactions), header.transactionsRoot)) return false
  if (answers === undefined || header.answersRoot === undefined) return answers === header.answersRoot
  return equalBytes(answersRoot(answers), header.answersRoot)
}
