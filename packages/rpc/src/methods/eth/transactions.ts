import {
  type BlockPlace,
  blockNumber,
  type Call,
  count,
  data,
  hash,
  type Method,
  method,
  orNull,
  PreparedJson,
  RESULTS,
  required,
  SCHEMAS,
} from '@poai/api'
import type { TransactionJson } from '@poai/api/client'
import { bytesToHex, type Hash32 } from '@poai/core'
import { CanonicalTexts } from '../../format/canonical-texts.ts'
import { writeReceipt } from '../../format/format-receipt.ts'
import { formatPooled, formatTransaction } from '../../format/format-transaction.ts'
import type { MethodContext } from '../method-context.ts'

/** Of receipts that were asked for. */
const MAX_WRITTEN_CHARACTERS = 16 * 1024 * 1024

/** Transactions, their receipts, and sending them. */
export function transactionMethods(context: MethodContext): readonly Method[] {
  const { chain, codecs, params, view } = context
  const { chainId } = params
  const receipts = new CanonicalTexts(view, MAX_WRITTEN_CHARACTERS)
  const receiptOf = async (named: Hash32, call: Call): Promise<PreparedJson | null> => {
    const head = view.head()
    const mined = await view.transaction(named)
    if (mined === undefined) return null
    const answer = new PreparedJson(await writeReceipt(mined.receipt, mined, call))
    receipts.set(named, answer, { head, blockHash: mined.blockHash, blockNumber: mined.header.number })
    return answer
  }
  const atIndex = async (place: BlockPlace, index: number): Promise<TransactionJson | null> => {
    const found = await view.block(place)
    const [transaction, sender] = [found?.block.body.transactions[index], found?.senders[index]]
    if (found === undefined || transaction === undefined || sender === undefined) return null
    return formatTransaction(transaction, { sender, chainId, mined: { ...found, blockHash: found.hash, index } })
  }
  return [
    method({
      name: 'eth_getTransactionByHash',
      summary: 'A transaction, mined or pending',
      params: [required('hash', hash)],
      result: orNull(SCHEMAS.transaction),
      run: async ([named]) => {
        const mined = await view.transaction(named)
        if (mined !== undefined) return formatTransaction(mined.transaction, { sender: mined.sender, chainId, mined })
        const pooled = chain.mempool.get(named)
        return pooled === undefined ? null : formatPooled(pooled, chainId)
      },
    }),
    method({
      name: 'eth_getTransactionByBlockNumberAndIndex',
      summary: 'A transaction by its block and its index there',
      params: [required('block', blockNumber), required('index', count)],
      result: orNull(SCHEMAS.transaction),
      run: ([place, index]) => atIndex(place, index),
    }),
    method({
      name: 'eth_getTransactionByBlockHashAndIndex',
      summary: 'A transaction by its block and its index there',
      params: [required('hash', hash), required('index', count)],
      result: orNull(SCHEMAS.transaction),
      run: ([named, index]) => atIndex({ kind: 'hash', hash: named, requireCanonical: false }, index),
    }),
    method({
      name: 'eth_getTransactionReceipt',
      summary: 'The receipt of a mined transaction',
      params: [required('hash', hash)],
      result: orNull(SCHEMAS.receipt),
      run: ([named], call) => receipts.get(named) ?? receiptOf(named, call),
    }),
    method({
      name: 'eth_getRawTransactionByHash',
      summary: 'The bytes of a transaction, mined or pending',
      params: [required('hash', hash)],
      result: orNull(RESULTS.data),
      run: async ([named]) => {
        const found = (await chain.queries.transaction(named)) ?? chain.mempool.get(named)
        return found === undefined ? null : bytesToHex(found.transaction.bytes)
      },
    }),
    method({
      name: 'eth_sendRawTransaction',
      summary: 'Sends a signed transaction to the network',
      cost: 20,
      params: [required('transaction', data)],
      result: RESULTS.hash,
      run: async ([bytes], { signal }) => {
        const { transaction } = await chain.mempool.add(codecs.transaction.decode(bytes), signal)
        return bytesToHex(transaction.hash)
      },
    }),
  ]
}
