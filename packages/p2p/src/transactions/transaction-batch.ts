import { bytesField, type Codec, listField, MAX_TRANSACTION_BYTES, rlpCodec } from '@poai/core'

/** Transactions of one message: at 200 a second and ten messages a second, twenty are usual. */
export const MAX_BATCH_TRANSACTIONS = 256
/** A batch is closed at this size; one transaction alone may be as large. */
export const MAX_BATCH_BYTES: number = MAX_TRANSACTION_BYTES
/** Every string and the list have a prefix of at most 4 bytes. */
const PREFIX_BYTES = 4

/**
 * The largest message of the topic: a batch that was one byte below its size got one more of the largest transactions.
 */
export const MAX_BATCH_MESSAGE_BYTES: number =
  MAX_BATCH_BYTES + MAX_TRANSACTION_BYTES + PREFIX_BYTES * (MAX_BATCH_TRANSACTIONS + 1)

/** RLP `[transaction bytes, …]`, 1 to 256 of them. */
export const transactionBatchCodec: Codec<readonly Uint8Array[]> = rlpCodec(
  'transactions',
  listField(bytesField(MAX_TRANSACTION_BYTES), MAX_BATCH_TRANSACTIONS),
  MAX_BATCH_MESSAGE_BYTES,
)
