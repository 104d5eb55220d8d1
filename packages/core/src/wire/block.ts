import { InvariantError } from '../errors/invariant-error.ts'
import { RuleError } from '../errors/rule-error.ts'
import { answersField, type InferenceAnswer } from '../inference/inference-answer.ts'
import { encodeRlp } from '../rlp.ts'
import { type Codec, rlpCodec } from './codec.ts'
import type { Field } from './field.ts'
import { type Header, headerField, MAX_HEADER_BYTES } from './header.ts'
import { fieldsOfLater, type LaterMembers } from './later-members.ts'
import { listField } from './list-field.ts'
import { bytesField } from './scalar-fields.ts'
import { type Extended, extensibleField, structField } from './struct-field.ts'
import { MAX_TRANSACTION_BYTES, type Transaction, type TransactionCodec } from './transaction.ts'

/**
 * The cheapest transaction costs 21,000 gas: a block of 200 million gas, over six times the built-in networks', holds
 * fewer.
 */
export const MAX_BLOCK_TRANSACTIONS = 10_000
/**
 * A full block of 30 million gas in the most expensive bytes (16 gas each) is 1.9 MB; the miner can leave out cheaper
 * bytes.
 */
export const MAX_BODY_BYTES: number = 2 * 1024 * 1024

/** What came with forks, after the transactions. */
export interface LaterBodyMembers {
  /** What models said to its contracts, in the order in which these ask. */
  readonly answers: readonly InferenceAnswer[]
}

/** One row for each of them, and nothing else: codec, size and rules follow. */
export const LATER_BODY_MEMBERS: LaterMembers<LaterBodyMembers> = {
  answers: { field: answersField, isDue: ({ inference }) => inference !== undefined },
}

/** What the roots of a header stand for. */
export interface Body extends Partial<LaterBodyMembers> {
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
  /**
   * RLP: `[[transaction bytes, …]]`, then {@link LaterBodyMembers}. Every transaction, legacy ones too, is a byte
   * string.
   */
  readonly body: Codec<Body>
  /** RLP: `[header, body]`. */
  readonly block: Codec<Block>
}

function transactionField(decode: TransactionCodec['decode']): Field<Transaction> {
  const bytes = bytesField(MAX_TRANSACTION_BYTES)
  return {
    toItem: ({ bytes: encoded }) => encoded,
    fromItem: (item, path) => decode(bytes.fromItem(item, path)),
    toJson: (value) => bytes.toJson(value.bytes),
    fromJson: (value, path, report) => {
      const encoded = bytes.fromJson(value, path, report)
      if (encoded === undefined) return undefined
      try {
        return decode(encoded)
      } catch (error) {
        if (!(error instanceof RuleError)) throw error
        report({ path, expected: 'a signed transaction', actual: error.message })
        return undefined
      }
    },
  }
}

/** Bodies whose later members are those of the table. */
export function createBodyField<Later extends object>(
  decode: TransactionCodec['decode'],
  later: LaterMembers<Later>,
): Field<Extended<Pick<Body, 'transactions'>, Later>> {
  const transactions = listField(transactionField(decode), MAX_BLOCK_TRANSACTIONS)
  return extensibleField<Pick<Body, 'transactions'>, Later>({ transactions }, fieldsOfLater(later))
}

const writtenBody: Pick<Field<Body>, 'toItem'> = createBodyField(() => {
  throw new InvariantError('nothing is read here')
}, LATER_BODY_MEMBERS)

/** A body as {@link BlockCodecs} writes it: on every chain in the same way. */
export function encodeBody(body: Body): Uint8Array {
  return encodeRlp(writtenBody.toItem(body))
}

/** The codecs of bodies and blocks whose transactions `transaction` reads. */
export function createBlockCodecs(transaction: TransactionCodec): BlockCodecs {
  const body: Field<Body> = createBodyField(transaction.decode, LATER_BODY_MEMBERS)
  const block: Field<Block> = structField<Block>({ header: headerField, body })
  return {
    transaction,
    body: rlpCodec('body', body, MAX_BODY_BYTES),
    block: rlpCodec('block', block, MAX_BODY_BYTES + MAX_HEADER_BYTES),
  }
}
