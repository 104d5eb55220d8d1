import type { AccountContent, PooledTransaction } from '@poai/chain'
import { addressToChecksumHex, bytesToHex, type JsonValue, keccak256 } from '@poai/core'
import { type Method, method } from '../dispatch/method.ts'
import { formatPooled } from '../format/format-transaction.ts'
import { toQuantity } from '../format/hex-text.ts'
import { address, data, RESULTS } from '../schema/ethereum-shapes.ts'
import { SCHEMAS } from '../schema/result-schemas.ts'
import { required } from '../schema/shape.ts'
import type { MethodContext } from './method-context.ts'

/** Transactions that one answer shows: a pool may hold many more. */
const MAX_SHOWN = 5000

/** The node and its network. */
export function netAndWeb3Methods({ params, peers, clientVersion }: MethodContext): readonly Method[] {
  return [
    method({
      name: 'net_version',
      summary: 'The chain id in decimal digits',
      params: [],
      result: RESULTS.text,
      run: () => params.chainId.toString(),
    }),
    method({
      name: 'net_listening',
      summary: 'True if other nodes can connect',
      params: [],
      result: RESULTS.flag,
      run: () => peers?.isListening() ?? false,
    }),
    method({
      name: 'net_peerCount',
      summary: 'How many nodes this one is connected to',
      params: [],
      result: RESULTS.quantity,
      run: () => toQuantity(peers?.count() ?? 0),
    }),
    method({
      name: 'web3_clientVersion',
      summary: 'The program, its version and its platform',
      params: [],
      result: RESULTS.text,
      run: () => clientVersion,
    }),
    method({
      name: 'web3_sha3',
      summary: 'keccak256 of bytes',
      params: [required('data', data)],
      result: RESULTS.hash,
      run: ([bytes]) => bytesToHex(keccak256(bytes)),
    }),
  ]
}

/** The transactions that wait. */
export function txpoolMethods({ chain, params }: MethodContext): readonly Method[] {
  const { mempool } = chain
  const contentOf = (
    accounts: Iterable<AccountContent>,
    show: (entry: PooledTransaction) => JsonValue,
  ): { readonly [key: string]: JsonValue } => {
    const pending: { [key: string]: JsonValue } = {}
    const queued: { [key: string]: JsonValue } = {}
    let shown = 0
    for (const account of accounts) {
      if (shown >= MAX_SHOWN) break
      const name = addressToChecksumHex(account.address)
      shown += account.pending.length + account.queued.length
      if (account.pending.length > 0) pending[name] = byNonce(account.pending, show)
      if (account.queued.length > 0) queued[name] = byNonce(account.queued, show)
    }
    return { pending, queued }
  }
  const inFull = (entry: PooledTransaction): JsonValue => formatPooled(entry, params.chainId)
  return [
    method({
      name: 'txpool_status',
      summary: 'How many transactions wait',
      params: [],
      result: SCHEMAS.poolStatus,
      run: () => ({ pending: toQuantity(mempool.size.pending), queued: toQuantity(mempool.size.queued) }),
    }),
    method({
      name: 'txpool_content',
      summary: 'The transactions that wait, by sender and nonce',
      cost: 100,
      params: [],
      result: SCHEMAS.poolContent,
      run: () => contentOf(mempool.accounts(), inFull),
    }),
    method({
      name: 'txpool_contentFrom',
      summary: 'The transactions of one sender that wait, by nonce',
      params: [required('address', address)],
      result: RESULTS.object,
      run: ([of]) => {
        const name = bytesToHex(of)
        for (const account of mempool.accounts()) {
          if (bytesToHex(account.address) !== name) continue
          return { pending: byNonce(account.pending, inFull), queued: byNonce(account.queued, inFull) }
        }
        return { pending: {}, queued: {} }
      },
    }),
    method({
      name: 'txpool_inspect',
      summary: 'The transactions that wait, a line each',
      cost: 100,
      params: [],
      result: SCHEMAS.poolSummary,
      run: () =>
        contentOf(mempool.accounts(), ({ transaction: { to, value, gasLimit, maxFeePerGas } }) => {
          const target = to === undefined ? 'contract creation' : bytesToHex(to)
          return `${target}: ${value} wei + ${gasLimit} gas × ${maxFeePerGas} wei`
        }),
    }),
  ]
}

function byNonce(
  entries: readonly PooledTransaction[],
  show: (entry: PooledTransaction) => JsonValue,
): { readonly [key: string]: JsonValue } {
  return Object.fromEntries(entries.map((entry) => [entry.transaction.nonce.toString(), show(entry)]))
}
