import { RuleError } from '../errors/rule-error.ts'
import { type Codec, rlpCodec } from './codec.ts'
import type { Field } from './field.ts'
import { type Header, headerField, MAX_HEADER_BYTES } from './header.ts'
import { listField } from './list-field.ts'
import { bytesField } from './scalar-fields.ts'
import { structField } from './struct-field.ts'
import { MAX_TRANSACTION_BYTES, type Transaction, type TransactionCodec } from './transaction.ts'

/**
 * The cheapest transaction costs 21,000 gas: a block of 200 million gas, over six times the built-in networks', holds
 * fewer.
 */
export const MAX_BLOCK_TRANSACTIONS = 10_000
/**
 * A full block of 30 million gas in the dearest bytes (16 gas each) is 1.9 MB; cheaper bytes are the miner's to leave
 * out.
 */
export const MAX_BODY_BYTES: number = 2 * 1024 * 1024

/** What a header's transactionsRoot stands for. */
export interface Body {
  readonly transactions: readonly Transaction[]
}

/** A header and its body. */
export interface Block {
  readonly header: Header
  readonly body: Body
}

/** The codecs of what contains transactions, which only make sense for one chain. */
export interface BlockCodecs {
  readonly transaction: TransactionCodec
  /** RLP: `[[transaction bytes, …]]`. Every transaction, legacy ones too, is a byte string. */
  readonly body: Codec<Body>
  /** RLP: `[header, body]`. */
  readonly block: Codec<Block>
}

function transactionField(codec: TransactionCodec): Field<Transaction> {
  const bytes = bytesField(MAX_TRANSACTION_BYTES)
  return {
    toItem: (value) => codec.encode(value),
    fromItem: (item, path) => codec.decode(bytes.fromItem(item, path)),
    toJson: (value) => bytes.toJson(value.bytes),
    fromJson: (value, path, report) => {
      const encoded = bytes.fromJson(value, path, report)
      if (encoded === undefined) return undefined
      try {
        return codec.decode(encoded)
      } catch (error) {
        if (!(error instanceof RuleError)) throw error
        report({ path, expected: 'a signed transaction', actual: error.message })
        return undefined
      }
    },
  }
}

/** The codecs of bodies and blocks whose transactions `transaction` reads. */
export function createBlockCodecs(transaction: TransactionCodec): BlockCodecs {
  const body: Field<Body> = structField<Body>({
    transactions: listField(transactionField(transaction), MAX_BLOCK_TRANSACTIONS),
  })
  const block: Field<Block> = structField<Block>({ header: headerField, body })
  return {
    transaction,
    body: rlpCodec('body', body, MAX_BODY_BYTES),
    block: rlpCodec('block', block, MAX_BODY_BYTES + MAX_HEADER_BYTES),
  }
}
