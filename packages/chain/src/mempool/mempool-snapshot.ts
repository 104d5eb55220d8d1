import {
  type Codec,
  type Field,
  MAX_TRANSACTION_BYTES,
  RuleError,
  rlpCodec,
  structField,
  type Transaction,
  type TransactionCodec,
  uint64Field,
} from '@poai/core'
import type { PooledTransaction } from './pooled-transaction.ts'

/** Where a pool is kept until the next start of the node. */
export interface MempoolStore {
  /** The records of the last save, in their order. */
  load(): Promise<readonly Uint8Array[]>
  /** Takes the place of what was saved before, all or nothing. */
  save(records: readonly Uint8Array[]): Promise<void>
}

/** A transaction of a saved pool. */
export interface SavedTransaction {
  readonly transaction: Transaction
  readonly addedAtMs: number
}

interface SnapshotRecord {
  readonly addedAtMs: bigint
  readonly bytes: Uint8Array
}

const bytesMember: Field<Uint8Array> = {
  toItem: (bytes) => bytes,
  fromItem: (item, path) => {
    if (item instanceof Uint8Array) return item
    throw new RuleError('FIELD_KIND', `${path} is a list`, { expected: 'a string', actual: 'a list' })
  },
  toJson: () => null,
  fromJson: () => undefined,
}

/** A saved transaction: the RLP list `[addedAtMs, transaction bytes]`. */
const recordCodec: Codec<SnapshotRecord> = rlpCodec(
  'saved transaction',
  structField<SnapshotRecord>({ addedAtMs: uint64Field, bytes: bytesMember }),
  MAX_TRANSACTION_BYTES + 32,
)

/** The record of a transaction in the pool. */
export function encodeSaved({ transaction, addedAtMs }: PooledTransaction): Uint8Array {
  return recordCodec.encode({ addedAtMs: BigInt(addedAtMs), bytes: transaction.bytes })
}

/**
 * The transaction of a record. Throws a `RuleError` for anything that {@link encodeSaved} did not write for this chain.
 */
export function decodeSaved(record: Uint8Array, codec: TransactionCodec): SavedTransaction {
  const { addedAtMs, bytes } = recordCodec.decode(record)
  return { transaction: codec.decode(bytes), addedAtMs: Number(addedAtMs) }
}
