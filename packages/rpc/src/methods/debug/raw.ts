import { blockPlace, hash, listSchema, type Method, method, orNull, RESULTS, RpcError, required } from '@poai/api'
import { bytesToHex, headerCodec, receiptCodec } from '@poai/core'
import type { MethodContext } from '../method-context.ts'

/** The bytes that hashes are made of, for clients that check for themselves. */
export function rawMethods({ chain, codecs, view }: MethodContext): readonly Method[] {
  const headerOf = (name: string): Method =>
    method({
      name,
      summary: 'The canonical bytes of a header: its hash is their keccak256, and its exam follows from them',
      params: [required('block', blockPlace)],
      result: orNull(RESULTS.data),
      run: ([place]) => {
        const named = view.header(place)
        return named === undefined ? null : bytesToHex(headerCodec.encode(named.header))
      },
    })
  return [
    headerOf('poai_getRawHeader'),
    headerOf('debug_getRawHeader'),
    method({
      name: 'debug_getRawBlock',
      summary: 'The canonical bytes of a block',
      params: [required('block', blockPlace)],
      result: orNull(RESULTS.data),
      run: async ([place]) => {
        const found = await view.block(place)
        return found === undefined ? null : bytesToHex(codecs.block.encode(found.block))
      },
    }),
    method({
      name: 'debug_getRawBlockAccessList',
      summary: 'Blocks have no access lists here (EIP-7928), so that none is ever found',
      params: [required('block', blockPlace)],
      result: RESULTS.data,
      run: () => {
        throw new RpcError('notFound', 'blocks have no access lists here')
      },
    }),
    method({
      name: 'debug_getRawReceipts',
      summary: 'The canonical bytes of the receipts of a block',
      params: [required('block', blockPlace)],
      result: orNull(listSchema(RESULTS.data)),
      run: async ([place]) => {
        const named = view.header(place)
        const receipts = named === undefined ? undefined : await chain.queries.receipts(named.hash)
        return receipts === undefined ? null : receipts.map((receipt) => bytesToHex(receiptCodec.encode(receipt)))
      },
    }),
    method({
      name: 'debug_getRawTransaction',
      summary: 'The canonical bytes of a transaction, mined or pending; as in geth, no bytes of an unknown one',
      params: [required('hash', hash)],
      result: RESULTS.data,
      run: async ([named]) => {
        const found = (await chain.queries.transaction(named)) ?? chain.mempool.get(named)
        return found === undefined ? '0x' : bytesToHex(found.transaction.bytes)
      },
    }),
  ]
}
