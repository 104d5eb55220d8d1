import { address, type Call, type Method, method, PreparedJson, required, SCHEMAS, toQuantity } from '@poai/api'
import type { PooledTransaction } from '@poai/chain'
import { addressToChecksumHex, bytesToHex, equalBytes, type JsonValue } from '@poai/core'
import { writeList } from '../dispatch/write-list.ts'
import { formatPooled } from '../format/format-transaction.ts'
import type { MethodContext } from './method-context.ts'

/** Transactions in one answer: a pool may hold many more. */
const MAX_SHOWN = 5000

/** The transactions in the pool. */
export function txpoolMethods({ chain, params }: MethodContext): readonly Method[] {
  const { mempool } = chain
  const contentOf = async (show: (entry: PooledTransaction) => JsonValue, call: Call): Promise<PreparedJson> => {
    const pending: string[] = []
    const queued: string[] = []
    let shown = 0
    for (const account of mempool.accounts()) {
      if (shown >= MAX_SHOWN) break
      const name = addressToChecksumHex(account.address)
      shown += account.pending.length + account.queued.length
      if (account.pending.length > 0) pending.push(`"${name}":${await byNonce(account.pending, show, call)}`)
      if (account.queued.length > 0) queued.push(`"${name}":${await byNonce(account.queued, show, call)}`)
    }
    return new PreparedJson(`{"pending":{${pending.join(',')}},"queued":{${queued.join(',')}}}`)
  }
  const inFull = (entry: PooledTransaction): JsonValue => formatPooled(entry, params.chainId)
  return [
    method({
      name: 'txpool_status',
      summary: 'How many transactions are pending and queued',
      params: [],
      result: SCHEMAS.poolSizes,
      run: () => ({ pending: toQuantity(mempool.size.pending), queued: toQuantity(mempool.size.queued) }),
    }),
    method({
      name: 'txpool_content',
      summary: 'The transactions in the pool, by sender and nonce',
      cost: 100,
      params: [],
      result: SCHEMAS.poolContent,
      run: (_, call) => contentOf(inFull, call),
    }),
    method({
      name: 'txpool_contentFrom',
      summary: 'The transactions of one sender in the pool, by nonce',
      params: [required('address', address)],
      result: SCHEMAS.poolPart,
      run: async ([of], call) => {
        for (const account of mempool.accounts()) {
          const rest = call.pause()
          if (rest !== undefined) await rest
          if (!equalBytes(account.address, of)) continue
          const pending = await byNonce(account.pending, inFull, call)
          return new PreparedJson(`{"pending":${pending},"queued":${await byNonce(account.queued, inFull, call)}}`)
        }
        return { pending: {}, queued: {} }
      },
    }),
    method({
      name: 'txpool_inspect',
      summary: 'The transactions in the pool, a line each',
      cost: 100,
      params: [],
      result: SCHEMAS.poolLines,
      run: (_, call) =>
        contentOf(({ transaction: { to, value, gasLimit, maxFeePerGas } }) => {
          const target = to === undefined ? 'contract creation' : bytesToHex(to)
          return `${target}: ${value} wei + ${gasLimit} gas × ${maxFeePerGas} wei`
        }, call),
    }),
  ]
}

/** An object as JSON. */
async function byNonce(
  entries: readonly PooledTransaction[],
  show: (entry: PooledTransaction) => JsonValue,
  call: Call,
): Promise<string> {
  const list = await writeList(entries, (entry) => `"${entry.transaction.nonce}":${JSON.stringify(show(entry))}`, call)
  return `{${list.slice(1, -1)}}`
}
