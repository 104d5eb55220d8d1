import {
  address,
  blockNumber,
  blockPlace,
  type Call,
  count,
  hash,
  LATEST,
  type Method,
  method,
  orNull,
  PreparedJson,
  quantity,
  RESULTS,
  RpcError,
  required,
  SCHEMAS,
  toQuantity,
  withDefault,
} from '@poai/api'
import type { BlockDetailsJson, ShortReceiptJson, TransactionJson } from '@poai/api/client'
import { subsidy } from '@poai/consensus'
import { type Address, bytesToHex, equalBytes } from '@poai/core'
import { effectiveGasPrice } from '@poai/execution'
import type { SentBlock } from '../../chain-view.ts'
import { writeList } from '../../dispatch/write-list.ts'
import { formatReceipt, writeReceipt } from '../../format/format-receipt.ts'
import { formatTransaction } from '../../format/format-transaction.ts'
import { showBlock, showHeader } from '../eth/blocks.ts'
import type { MethodContext } from '../method-context.ts'
import { findIndexed, findOneIndexed } from './find-indexed.ts'
import { type FoundInBlock, findTransactions, involves } from './find-transactions.ts'
import { insideMethods } from './inside-transactions.ts'

/** Where there is little to find, this reads thousands of blocks. */
const SEARCH_COST = 500
/** The level of its interface that Otterscan asks for. */
const API_LEVEL = 8
/** Transactions of a page. */
const MAX_PAGE = 100
/** What a page of a block shows of the data of a transaction: the method that is called. */
const SELECTOR_DIGITS = 8
const EMPTY_CODE_WORDS = '0x'

/** What Otterscan asks of a node besides `eth_`. Searches ask the index by account; without one they read blocks. */
export function otterscanMethods(context: MethodContext): readonly Method[] {
  const { view } = context
  const search = async (
    of: Address,
    question: {
      readonly start: bigint
      readonly size: number
      readonly direction: 'up' | 'down'
      readonly call: Call
    },
  ): Promise<PreparedJson> => {
    const { start, size, direction, call } = question
    const atLeast = Math.min(Math.max(size, 1), MAX_PAGE)
    const { hits, isComplete } =
      (await findIndexed(context, { of, start, direction, atLeast, call })) ??
      (await findTransactions(context, { start, direction, atLeast, call, matches: involves(of) }))
    // The newest first, whichever way was searched.
    const ordered = direction === 'up' ? hits.toReversed() : hits
    const { txs, receipts } = await showHits(context, { hits: ordered, isShort: false }, call)
    const isNewest = direction === 'down' ? start >= view.headNumber : isComplete
    const isOldest = direction === 'up' ? start === 0n : isComplete
    return new PreparedJson(`{"txs":${txs},"receipts":${receipts},"firstPage":${isNewest},"lastPage":${isOldest}}`)
  }
  return [
    method({
      name: 'ots_getApiLevel',
      summary: 'The level of Otterscan’s interface',
      params: [],
      result: RESULTS.integer,
      run: () => API_LEVEL,
    }),
    method({
      name: 'erigon_getHeaderByNumber',
      summary: 'The header of a block, without its body',
      params: [required('block', blockNumber)],
      result: orNull(SCHEMAS.header),
      run: ([place]) => showHeader(view, place),
    }),
    method({
      name: 'ots_hasCode',
      summary: 'True if the account is a contract',
      params: [required('address', address), withDefault('block', blockPlace, LATEST)],
      result: RESULTS.flag,
      run: ([of, place]) =>
        view.withState(place, (state) => {
          const account = state.account(of)
          const code = account === undefined ? undefined : state.code(account.codeHash)
          return code !== undefined && bytesToHex(code) !== EMPTY_CODE_WORDS
        }),
    }),
    method({
      name: 'ots_getBlockDetails',
      summary: 'A block without logs and transactions, with what its miner earned',
      params: [required('block', blockNumber)],
      result: orNull(SCHEMAS.blockDetails),
      run: async ([place]) => showDetails(context, await view.block(place)),
    }),
    method({
      name: 'ots_getBlockDetailsByHash',
      summary: 'A block without logs and transactions, with what its miner earned',
      params: [required('hash', hash)],
      result: orNull(SCHEMAS.blockDetails),
      run: async ([named]) =>
        showDetails(context, await view.block({ kind: 'hash', hash: named, requireCanonical: false })),
    }),
    method({
      name: 'ots_getBlockTransactions',
      summary: 'A page of the transactions of a block; pages are counted from its end',
      params: [required('block', blockNumber), required('page', count), required('size', count)],
      result: orNull(SCHEMAS.blockTransactions),
      run: async ([place, page, size], call) => {
        const found = await view.block(place)
        if (found === undefined) return null
        const total = found.block.body.transactions.length
        const end = Math.max(0, total - page * size)
        const length = Math.min(size, end, MAX_PAGE)
        const hits = Array.from({ length }, (_, offset) => ({ found, index: end - length + offset }))
        const block = showBlock(context, found, false)
        const { txs, receipts } = await showHits(context, { hits, isShort: true }, call)
        const { transactions: _, ...rest } = block
        const fullblock = JSON.stringify({ ...rest, transactionCount: total }).slice(0, -1)
        return new PreparedJson(`{"fullblock":${fullblock},"transactions":${txs}},"receipts":${receipts}}`)
      },
    }),
    method({
      name: 'ots_searchTransactionsBefore',
      summary:
        'Transactions of an account below a block, the newest first; 0: from the head. With --index also those in which a contract reached it',
      cost: SEARCH_COST,
      params: [required('address', address), required('block', count), required('size', count)],
      result: SCHEMAS.foundTransactions,
      run: ([of, before, size], call) => {
        const start = before === 0 ? view.headNumber : BigInt(before) - 1n
        return search(of, { start, size, direction: 'down', call })
      },
    }),
    method({
      name: 'ots_searchTransactionsAfter',
      summary:
        'Transactions of an account above a block, the newest first; 0: from the genesis block. With --index also those in which a contract reached it',
      cost: SEARCH_COST,
      params: [required('address', address), required('block', count), required('size', count)],
      result: SCHEMAS.foundTransactions,
      run: ([of, after, size], call) =>
        search(of, { start: after === 0 ? 0n : BigInt(after) + 1n, size, direction: 'up', call }),
    }),
    method({
      name: 'ots_getTransactionBySenderAndNonce',
      summary: 'The hash of the transaction that an account signed with a nonce',
      cost: SEARCH_COST,
      params: [required('address', address), required('nonce', quantity)],
      result: orNull(RESULTS.hash),
      run: async ([of, nonce], call) => {
        const indexed = await findOneIndexed(context, call, (reader) => reader.sent(of, nonce))
        if (indexed !== undefined) return indexed && bytesToHex(indexed.transaction.hash)
        const matches = (transaction: { readonly nonce: bigint }, sender: Address): boolean =>
          transaction.nonce === nonce && equalBytes(sender, of)
        const { hits } = await findTransactions(context, {
          start: view.headNumber,
          direction: 'down',
          atLeast: 1,
          call,
          matches,
        })
        const hit = hits[0]
        return hit === undefined ? null : bytesToHex(transactionOf(hit).hash)
      },
    }),
    method({
      name: 'ots_getContractCreator',
      summary:
        'Who created a contract, and with which transaction; without --index only creations by a transaction itself are found',
      cost: SEARCH_COST,
      params: [required('address', address)],
      result: orNull(SCHEMAS.contractCreator),
      run: async ([of], call) => {
        const indexed = await findOneIndexed(context, call, (reader) => reader.creation(of))
        if (indexed === null) return null
        if (indexed !== undefined) {
          return { hash: bytesToHex(indexed.transaction.hash), creator: bytesToHex(indexed.named.creator) }
        }
        const matches = involves(of)
        const { hits } = await findTransactions(context, {
          ...{ start: view.headNumber, direction: 'down', atLeast: 1, call },
          matches: (transaction, sender) =>
            transaction.to === undefined && !equalBytes(sender, of) && matches(transaction, sender),
        })
        const hit = hits[0]
        if (hit === undefined) return null
        const creator = hit.found.senders[hit.index]
        return creator === undefined
          ? null
          : { hash: bytesToHex(transactionOf(hit).hash), creator: bytesToHex(creator) }
      },
    }),
    ...insideMethods(context),
  ]
}

function transactionOf({ found, index }: FoundInBlock): SentBlock['block']['body']['transactions'][number] {
  const transaction = found.block.body.transactions[index]
  if (transaction === undefined) throw new RpcError('internal', 'internal error')
  return transaction
}

/** Lists as JSON; short ones without logs, and without the data of transactions beyond the selector. */
async function showHits(
  context: MethodContext,
  { hits, isShort }: { readonly hits: readonly FoundInBlock[]; readonly isShort: boolean },
  call: Call,
): Promise<{ readonly txs: string; readonly receipts: string }> {
  const txs = await writeList(hits, (hit) => JSON.stringify(showHit(context, hit, isShort)), call)
  const receipts = await writeList(hits, (hit) => writeHit(context, hit, isShort ? undefined : call), call)
  return { txs, receipts }
}

function showHit({ params }: MethodContext, hit: FoundInBlock, isShort: boolean): TransactionJson | null {
  const { found, index } = hit
  const sender = found.senders[index]
  if (sender === undefined) return null
  const shown = formatTransaction(transactionOf(hit), {
    ...{ sender, chainId: params.chainId },
    mined: { header: found.header, blockHash: found.hash, index },
  })
  return isShort ? { ...shown, input: `0x${shown.input.slice(2, 2 + SELECTOR_DIGITS)}` } : shown
}

/** The receipt of a hit as JSON; without a call, without its logs: a page of a block does not show them. */
async function writeHit({ chain }: MethodContext, hit: FoundInBlock, call: Call | undefined): Promise<string> {
  const { found, index } = hit
  const mined = await chain.queries.transaction(transactionOf(hit).hash)
  const sender = found.senders[index]
  if (mined === undefined || sender === undefined) return 'null'
  const [place, timestamp] = [{ ...mined, sender }, Number(found.header.timestamp)]
  if (call !== undefined) {
    // Its logs are counted with the rest of it.
    return writeReceipt(mined.receipt, place, { pause: call.pause, grow: () => undefined }, { timestamp })
  }
  const shown: ShortReceiptJson = { ...formatReceipt(mined.receipt, place), logs: null, logsBloom: null, timestamp }
  return JSON.stringify(shown)
}

async function showDetails(context: MethodContext, found: SentBlock | undefined): Promise<BlockDetailsJson | null> {
  if (found === undefined) return null
  const { chain, params } = context
  const receipts = (await chain.queries.receipts(found.hash)) ?? []
  const totalFees = found.block.body.transactions.reduce((sum, transaction, index) => {
    const gas = (receipts[index]?.cumulativeGasUsed ?? 0n) - (receipts[index - 1]?.cumulativeGasUsed ?? 0n)
    return sum + gas * effectiveGasPrice(transaction, found.header.baseFeePerGas)
  }, 0n)
  const block = showBlock(context, found, false)
  const blockReward = found.header.number === 0n ? 0n : subsidy(params, found.header.number)
  return {
    block: { ...block, transactions: [], logsBloom: null, transactionCount: found.block.body.transactions.length },
    issuance: { blockReward: toQuantity(blockReward), uncleReward: '0x0', issuance: toQuantity(blockReward) },
    totalFees: toQuantity(totalFees),
  }
}
