import {
  bytesField,
  type Hash32,
  hashField,
  listField,
  MAX_TRANSACTION_BYTES,
  numberField,
  rlpCodec,
  structField,
} from '@poai/core'
import { checkCount, type RequestProtocol } from '../requests/request-protocol.ts'

/** Hashes of one answer: three times what a pool of the default size holds. */
export const MAX_POOL_HASHES = 16_384
/** Transactions of one question. */
export const MAX_POOL_TRANSACTIONS = 256
/** The answering side stops when an answer has this many bytes; one more transaction may follow. */
export const ENOUGH_TRANSACTION_BYTES: number = 1024 * 1024

/** Where to begin, in the order of the answering node's pool; 0 is its beginning. */
export interface PoolQuery {
  readonly skip: number
}

/** What waits in a pool, by hash. */
export interface PoolReply {
  readonly hashes: readonly Hash32[]
}

/** The hashes of transactions. */
export interface TransactionsQuery {
  readonly hashes: readonly Hash32[]
}

/** Those of them that are still there, encoded, in the order of the question, as far as the answer goes. */
export interface TransactionsReply {
  readonly transactions: readonly Uint8Array[]
}

/** Query: RLP `[skip]`. Reply: RLP `[[hash, …]]`, at most 16,384. */
export const poolProtocol: RequestProtocol<PoolQuery, PoolReply> = {
  name: '/poai/pool/1',
  query: rlpCodec('pool query', structField<PoolQuery>({ skip: numberField(2 ** 31) }), 16),
  reply: rlpCodec(
    'pool',
    structField<PoolReply>({ hashes: listField(hashField, MAX_POOL_HASHES) }),
    MAX_POOL_HASHES * 33 + 16,
  ),
  timeoutMs: 10_000,
  costOf: () => 1,
  // Once when two nodes meet, then every ten seconds with a few peers; a large pool takes several.
  allowance: { capacity: 10, perSecond: 1 },
}

/** Query: RLP `[[hash, …]]`, 1 to 256. Reply: RLP `[[transaction bytes, …]]`. */
export const transactionsProtocol: RequestProtocol<TransactionsQuery, TransactionsReply> = {
  name: '/poai/transactions/1',
  query: rlpCodec(
    'transactions query',
    structField<TransactionsQuery>({ hashes: listField(hashField, MAX_POOL_TRANSACTIONS) }),
    MAX_POOL_TRANSACTIONS * 33 + 16,
  ),
  reply: rlpCodec(
    'transactions',
    structField<TransactionsReply>({
      transactions: listField(bytesField(MAX_TRANSACTION_BYTES), MAX_POOL_TRANSACTIONS),
    }),
    ENOUGH_TRANSACTION_BYTES + MAX_TRANSACTION_BYTES + MAX_POOL_TRANSACTIONS * 4 + 16,
  ),
  timeoutMs: 10_000,
  costOf: ({ hashes }) => 8 + hashes.length,
  // A full pool at once, and a thousand a second.
  allowance: { capacity: 6000, perSecond: 1000 },
  check: ({ hashes }, { transactions }) => checkCount('transactions', hashes.length, transactions.length),
}
