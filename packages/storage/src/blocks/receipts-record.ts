import { decodeRlp, encodeRlp, type Receipt, receiptCodec } from '@poai/core'
import { StorageError } from '../storage-error.ts'

/** A block's receipts on disk: the RLP list of their encodings, each a string, as a body holds its transactions. */
export function encodeReceipts(receipts: readonly Receipt[]): Uint8Array {
  return encodeRlp(receipts.map((receipt) => receiptCodec.encode(receipt)))
}

/** The receipts of a record that {@link encodeReceipts} wrote. */
export function decodeReceipts(bytes: Uint8Array): readonly Receipt[] {
  const items = decodeRlp(bytes)
  if (items instanceof Uint8Array) throw new StorageError('STORAGE_DAMAGED', 'a record of receipts is not a list')
  return items.map((item) => {
    if (item instanceof Uint8Array) return receiptCodec.decode(item)
    throw new StorageError('STORAGE_DAMAGED', 'a receipt on disk is not a string')
  })
}
