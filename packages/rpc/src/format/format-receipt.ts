import { type Call, hexOrNull, toQuantity } from '@poai/api'
import type { LogJson, ReceiptJson } from '@poai/api/client'
import type { FoundLog } from '@poai/chain'
import { type Address, bytesToHex, type JsonValue, type Log, type Receipt, type Transaction } from '@poai/core'
import { createdAddress, effectiveGasPrice } from '@poai/execution'
import { writeList } from '../dispatch/write-list.ts'
import type { MinedAt } from './format-transaction.ts'

/** A log and its place; `removed` if a reorganisation took it back. */
export function formatLog({ log, ...place }: FoundLog, removal?: 'removed'): LogJson {
  return {
    address: bytesToHex(log.address),
    topics: log.topics.map(bytesToHex),
    data: bytesToHex(log.data),
    blockNumber: toQuantity(place.blockNumber),
    blockHash: bytesToHex(place.blockHash),
    transactionHash: bytesToHex(place.transactionHash),
    transactionIndex: toQuantity(place.transactionIndex),
    logIndex: toQuantity(place.logIndex),
    removed: removal !== undefined,
  }
}

/** What a receipt does not say itself. */
export interface ReceiptPlace extends MinedAt {
  readonly transaction: Transaction
  readonly sender: Address
  readonly cumulativeGasBefore: bigint
  readonly logsBefore: number
}

/**
 * A receipt with its logs, and with `more` members, as JSON. A transaction may have tens of thousands of logs: they are
 * written one by one, with pauses.
 */
export async function writeReceipt(
  receipt: Receipt,
  place: ReceiptPlace,
  call: Pick<Call, 'pause' | 'grow'>,
  more: { readonly [member: string]: JsonValue } = {},
): Promise<string> {
  const { transaction, header, blockHash, index, logsBefore } = place
  let logIndex = logsBefore
  const write = (log: Log): string => {
    const named = { blockHash, blockNumber: header.number, transactionHash: transaction.hash, transactionIndex: index }
    return JSON.stringify(formatLog({ log, ...named, logIndex: logIndex++ }))
  }
  const logs = await writeList(receipt.logs, write, call)
  return `${JSON.stringify({ ...formatReceipt(receipt, place), ...more }).slice(0, -1)},"logs":${logs}}`
}

/** A receipt with its surroundings, without its logs. */
export function formatReceipt(receipt: Receipt, place: ReceiptPlace): Omit<ReceiptJson, 'logs'> {
  const { transaction, sender, header, blockHash, index } = place
  return {
    transactionHash: bytesToHex(transaction.hash),
    transactionIndex: toQuantity(index),
    blockHash: bytesToHex(blockHash),
    blockNumber: toQuantity(header.number),
    from: bytesToHex(sender),
    to: hexOrNull(transaction.to),
    type: toQuantity(receipt.type),
    status: receipt.status === 1 ? '0x1' : '0x0',
    cumulativeGasUsed: toQuantity(receipt.cumulativeGasUsed),
    gasUsed: toQuantity(receipt.cumulativeGasUsed - place.cumulativeGasBefore),
    effectiveGasPrice: toQuantity(effectiveGasPrice(transaction, header.baseFeePerGas)),
    contractAddress: transaction.to === undefined ? bytesToHex(createdAddress(sender, transaction.nonce)) : null,
    logsBloom: bytesToHex(receipt.logsBloom),
  }
}
