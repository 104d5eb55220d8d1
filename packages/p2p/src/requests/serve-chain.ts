import type { Chain } from '@poai/chain'
import { findSharedEntry } from '@poai/consensus'
import { type BlockCodecs, type Hash32, type Header, headerHash } from '@poai/core'
import { bodiesProtocol, ENOUGH_BODY_BYTES } from './protocols/bodies-protocol.ts'
import { headersProtocol } from './protocols/headers-protocol.ts'
import {
  ENOUGH_TRANSACTION_BYTES,
  MAX_POOL_HASHES,
  poolProtocol,
  transactionsProtocol,
} from './protocols/transactions-protocol.ts'
import type { RequestTransport } from './request-transport.ts'

/** What answering needs, and nothing more. */
export interface ServeChainDependencies {
  readonly transport: Pick<RequestTransport, 'handle'>
  readonly chain: Pick<Chain, 'head' | 'queries' | 'mempool'>
  readonly codecs: Pick<BlockCodecs, 'body'>
}

/** Answers peers from this node's chain and pool, from now on. */
export async function serveChain({ transport, chain, codecs }: ServeChainDependencies): Promise<void> {
  const { queries, mempool } = chain
  await transport.handle(headersProtocol, async ({ locator, count }) => {
    const shared = findSharedEntry(locator, (number) => chainHash(chain, number))
    return { headers: shared === undefined ? [] : headersAfter(chain, shared.number, count) }
  })
  await transport.handle(bodiesProtocol, async ({ hashes }, _, signal) => {
    const bodies: Uint8Array[] = []
    let bytes = 0
    for (const hash of hashes) {
      if (bytes >= ENOUGH_BODY_BYTES || signal.aborted) break
      const block = await queries.block(hash)
      const encoded = block === undefined ? new Uint8Array(0) : codecs.body.encode(block.body)
      bodies.push(encoded)
      bytes += encoded.length
    }
    return { bodies }
  })
  await transport.handle(poolProtocol, async ({ skip }) => {
    const hashes = [...mempool.accounts()]
      .flatMap(({ pending, queued }) => [...pending, ...queued])
      .sort((a, b) => a.arrival - b.arrival)
      .map(({ transaction }) => transaction.hash)
    return { hashes: hashes.slice(skip, skip + MAX_POOL_HASHES) }
  })
  await transport.handle(transactionsProtocol, async ({ hashes }) => {
    const transactions: Uint8Array[] = []
    let bytes = 0
    for (const hash of hashes) {
      if (bytes >= ENOUGH_TRANSACTION_BYTES) break
      const entry = mempool.get(hash)
      if (entry === undefined) continue
      transactions.push(entry.transaction.bytes)
      bytes += entry.transaction.bytes.length
    }
    return { transactions }
  })
}

function chainHash({ queries }: Pick<Chain, 'queries'>, number: bigint): Hash32 | undefined {
  const header = queries.header(number)
  return header === undefined ? undefined : headerHash(header)
}

/** Of the canonical chain; it may move meanwhile, then the answer ends where the headers no longer follow each other. */
function headersAfter(
  { head, queries }: Pick<Chain, 'head' | 'queries'>,
  number: bigint,
  count: number,
): readonly Header[] {
  const headers: Header[] = []
  const last = head().number
  for (let next = number + 1n; next <= last && headers.length < count; next++) {
    const header = queries.header(next)
    if (header === undefined) break
    headers.push(header)
  }
  return headers
}
