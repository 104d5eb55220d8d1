import {
  type Answered,
  type BlockPlace,
  blockNumber,
  blockPlace,
  type Call,
  flag,
  hash,
  listSchema,
  type Method,
  method,
  orNull,
  PreparedJson,
  quantity,
  RESULTS,
  required,
  SCHEMAS,
  toQuantity,
  withDefault,
} from '@poai/api'
import type { BlockJson, HeaderJson, ReceiptJson, TransactionJson } from '@poai/api/client'
import { BoundedCache } from '@poai/chain'
import { bytesToHex, type Hex, invariant, type Receipt, type Transaction } from '@poai/core'
import type { SentBlock } from '../../chain-view.ts'
import { writeList } from '../../dispatch/write-list.ts'
import { formatBlock, formatHeader } from '../../format/format-block.ts'
import { writeReceipt } from '../../format/format-receipt.ts'
import { formatTransaction } from '../../format/format-transaction.ts'
import type { MethodContext } from '../method-context.ts'

/** Of blocks that were asked for: the block of a hash never changes. */
const MAX_WRITTEN_CHARACTERS = 32 * 1024 * 1024

/** Blocks, and how many things are in them. */
export function blockMethods(context: MethodContext): readonly Method[] {
  const { view } = context
  const written = new BoundedCache<string, PreparedJson>(MAX_WRITTEN_CHARACTERS)
  const show = async (place: BlockPlace, isFull: boolean): Promise<PreparedJson | null> => {
    const named = view.header(place)
    if (named === undefined) return null
    const name = `${bytesToHex(named.hash)}${isFull ? '' : ', hashes'}`
    const known = written.get(name)
    if (known !== undefined) return known
    const found = await view.block({ kind: 'hash', hash: named.hash, requireCanonical: false })
    if (found === undefined) return null
    const prepared = new PreparedJson(JSON.stringify(showBlock(context, found, isFull)))
    written.set(name, prepared, prepared.text.length)
    return prepared
  }
  const countOf = async (place: BlockPlace): Promise<Hex | null> => {
    const found = await view.block(place)
    return found === undefined ? null : toQuantity(found.block.body.transactions.length)
  }
  const noUncles = (place: BlockPlace): Hex | null => (view.header(place) === undefined ? null : '0x0')
  const byHash = (named: Parameters<typeof view.header>[0]): BlockPlace => named
  return [
    method({
      name: 'eth_blockNumber',
      summary: 'The height of the chain',
      params: [],
      result: RESULTS.quantity,
      run: () => toQuantity(view.headNumber),
    }),
    method({
      name: 'eth_getBlockByNumber',
      summary: 'A block by its height or tag, with its transactions or only their hashes',
      params: [required('block', blockNumber), withDefault('full', flag, false)],
      result: orNull(SCHEMAS.block),
      run: ([place, isFull]) => show(place, isFull),
    }),
    method({
      name: 'eth_getBlockByHash',
      summary: 'A block by its hash, with its transactions or only their hashes',
      params: [required('hash', hash), withDefault('full', flag, false)],
      result: orNull(SCHEMAS.block),
      run: ([named, isFull]) => show({ kind: 'hash', hash: named, requireCanonical: false }, isFull),
    }),
    method({
      name: 'eth_getHeaderByNumber',
      summary: 'The header of a block by its height or tag; a pending block has none yet',
      params: [required('block', blockNumber)],
      result: orNull(SCHEMAS.header),
      run: ([place]) => (place.kind === 'tag' && place.tag === 'pending' ? null : showHeader(view, place)),
    }),
    method({
      name: 'eth_getHeaderByHash',
      summary: 'The header of a block by its hash',
      params: [required('hash', hash)],
      result: orNull(SCHEMAS.header),
      run: ([named]) => showHeader(view, { kind: 'hash', hash: named, requireCanonical: false }),
    }),
    method({
      name: 'eth_getBlockTransactionCountByNumber',
      summary: 'How many transactions a block has',
      params: [required('block', blockNumber)],
      result: orNull(RESULTS.quantity),
      run: ([place]) => countOf(place),
    }),
    method({
      name: 'eth_getBlockTransactionCountByHash',
      summary: 'How many transactions a block has',
      params: [required('hash', hash)],
      result: orNull(RESULTS.quantity),
      run: ([named]) => countOf({ kind: 'hash', hash: named, requireCanonical: false }),
    }),
    method({
      name: 'eth_getUncleCountByBlockNumber',
      summary: 'Blocks have no uncles here',
      params: [required('block', blockNumber)],
      result: orNull(RESULTS.quantity),
      run: ([place]) => noUncles(place),
    }),
    method({
      name: 'eth_getUncleCountByBlockHash',
      summary: 'Blocks have no uncles here',
      params: [required('hash', hash)],
      result: orNull(RESULTS.quantity),
      run: ([named]) => noUncles(byHash({ kind: 'hash', hash: named, requireCanonical: false })),
    }),
    method({
      name: 'eth_getUncleByBlockNumberAndIndex',
      summary: 'Blocks have no uncles here',
      params: [required('block', blockNumber), required('index', quantity)],
      result: orNull(SCHEMAS.header),
      run: () => null,
    }),
    method({
      name: 'eth_getUncleByBlockHashAndIndex',
      summary: 'Blocks have no uncles here',
      params: [required('hash', hash), required('index', quantity)],
      result: orNull(SCHEMAS.header),
      run: () => null,
    }),
    method({
      name: 'eth_getBlockAccessList',
      summary: 'Blocks have no access lists here (EIP-7928)',
      params: [required('block', blockPlace)],
      result: RESULTS.nothing,
      run: () => null,
    }),
    method({
      name: 'eth_getBlockReceipts',
      summary: 'The receipts of all transactions of a block',
      cost: 10,
      params: [required('block', blockPlace)],
      result: orNull(listSchema(SCHEMAS.receipt)),
      run: ([place], call) => showReceipts(context, place, call),
    }),
  ]
}

/** A header in the shape of `eth_getHeaderBy…`. */
export function showHeader(view: MethodContext['view'], place: BlockPlace): HeaderJson | null {
  const found = view.header(place)
  return found === undefined ? null : formatHeader(found.header, found.hash)
}

/** A block in the shape of `eth_getBlockBy…`. */
export function showBlock(
  { chain, codecs, params }: Pick<MethodContext, 'chain' | 'codecs' | 'params'>,
  found: SentBlock,
  isFull: boolean,
): BlockJson {
  const { header, hash: blockHash, block, senders } = found
  const { transactions } = block.body
  const { chainId } = params
  const showInFull = (transaction: Transaction, index: number): TransactionJson => {
    const sender = senders[index]
    invariant(sender !== undefined, 'a transaction of a block has a sender')
    return formatTransaction(transaction, { sender, chainId, mined: { header, blockHash, index } })
  }
  return formatBlock(header, {
    hash: blockHash,
    sizeBytes: codecs.block.encode(block).length,
    totalWork: chain.queries.context(blockHash)?.totalWork,
    answers: block.body.answers?.length,
    transactions: isFull ? transactions.map(showInFull) : transactions.map(({ hash }) => bytesToHex(hash)),
  })
}

async function showReceipts(
  { chain, view }: MethodContext,
  place: BlockPlace,
  call: Call,
): Promise<Answered<readonly ReceiptJson[]> | null> {
  const found = await view.block(place)
  if (found === undefined) return null
  const receipts = await chain.queries.receipts(found.hash)
  if (receipts === undefined) return found.header.number === 0n ? [] : null
  let logsBefore = 0
  const write = async ([index, receipt]: readonly [number, Receipt]): Promise<string> => {
    const [transaction, sender] = [found.block.body.transactions[index], found.senders[index]]
    if (transaction === undefined || sender === undefined) return 'null'
    const before = logsBefore
    logsBefore += receipt.logs.length
    return writeReceipt(
      receipt,
      {
        ...{ header: found.header, blockHash: found.hash, index, transaction, sender, logsBefore: before },
        cumulativeGasBefore: receipts[index - 1]?.cumulativeGasUsed ?? 0n,
      },
      // Its logs are counted here with the rest of it.
      { pause: call.pause, grow: () => undefined },
    )
  }
  return new PreparedJson(await writeList(receipts.entries(), write, call))
}
