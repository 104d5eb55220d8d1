import type { Address, Bloom, Hash32 } from '../branded.ts'
import { concatBytes } from '../bytes.ts'
import { RuleError } from '../errors/rule-error.ts'
import { decodeRlp, encodeRlp } from '../rlp.ts'
import { type Codec, checkSize } from './codec.ts'
import type { Field } from './field.ts'
import { listField } from './list-field.ts'
import { addressField, bloomField, bytesField, hashField, numberField, uint64Field } from './scalar-fields.ts'
import { structField } from './struct-field.ts'
import type { TransactionType } from './transaction.ts'

/** The EVM has LOG0 to LOG4. */
export const MAX_LOG_TOPICS = 4
/**
 * 8 gas a byte of log data: a block of 30 million gas cannot hold more than 3.75 MB; four times that for larger gas
 * limits.
 */
export const MAX_LOG_DATA_BYTES: number = 16 * 1024 * 1024
/** 375 gas a log at least: 80,000 in a block of 30 million gas. */
export const MAX_RECEIPT_LOGS = 100_000
export const MAX_RECEIPT_BYTES: number = 32 * 1024 * 1024
/** What a log costs at least (Yellow Paper, G_log). */
const LOG_GAS = 375n
/** No gas limit is above this: one transaction could use it all for logs, and its receipt would have no encoding. */
export const MAX_GAS_LIMIT: bigint = LOG_GAS * BigInt(MAX_RECEIPT_LOGS)

/** Something that a contract announced. */
export interface Log {
  readonly address: Address
  readonly topics: readonly Hash32[]
  readonly data: Uint8Array
}

/** What a transaction did. */
export interface Receipt {
  /** The transaction's. */
  readonly type: TransactionType
  /** 1 if it succeeded, 0 if it was reverted. */
  readonly status: number
  /** By this transaction and all before it in the block. */
  readonly cumulativeGasUsed: bigint
  readonly logsBloom: Bloom
  readonly logs: readonly Log[]
}

type ReceiptPayload = Omit<Receipt, 'type'>

const logField: Field<Log> = structField<Log>({
  address: addressField,
  topics: listField(hashField, MAX_LOG_TOPICS),
  data: bytesField(MAX_LOG_DATA_BYTES),
})

const payloadField: Field<ReceiptPayload> = structField<ReceiptPayload>({
  status: numberField(1),
  cumulativeGasUsed: uint64Field,
  logsBloom: bloomField,
  logs: listField(logField, MAX_RECEIPT_LOGS),
})

/** Typed receipts begin with their type, as typed transactions do (EIP-2718); a list begins at 0xc0. */
const FIRST_LIST_BYTE = 0xc0

function typeOf(bytes: Uint8Array): TransactionType {
  const first = bytes[0]
  if (first === undefined) throw new RuleError('RLP_TRUNCATED', 'an empty receipt')
  if (first >= FIRST_LIST_BYTE) return 0
  if (first === 1 || first === 2 || first === 4) return first
  throw new RuleError('FIELD_RANGE', 'receipt of an unknown type', { expected: 'legacy, 1, 2 or 4', actual: first })
}

/**
 * A receipt as the receipts root sees it: `[status, cumulativeGasUsed, logsBloom, logs]`, after the type's byte unless
 * it is legacy.
 */
export const receiptCodec: Codec<Receipt> = {
  maxBytes: MAX_RECEIPT_BYTES,
  encode: (receipt) => {
    const payload = encodeRlp(payloadField.toItem(receipt))
    return receipt.type === 0 ? payload : concatBytes(Uint8Array.of(receipt.type), payload)
  },
  decode: (bytes) => {
    checkSize(bytes, MAX_RECEIPT_BYTES, 'receipt')
    const type = typeOf(bytes)
    return { type, ...payloadField.fromItem(decodeRlp(type === 0 ? bytes : bytes.subarray(1)), 'receipt') }
  },
}
