import { type Chain, createPace } from '@poai/chain'
import { findSharedEntry } from '@poai/consensus'
import { type BlockCodecs, type Clock, equalBytes, type Hash32, type Header, headerHash } from '@poai/core'
import { bodiesProtocol, ENOUGH_BODY_BYTES } from '../blocks/bodies-protocol.ts'
import type { ForwardedBlocks } from '../blocks/forwarded-blocks.ts'
import { headersProtocol } from '../blocks/headers-protocol.ts'
import type { RequestTransport } from '../requests/request-transport.ts'
import {
  ENOUGH_TRANSACTION_BYTES,
  MAX_POOL_HASHES,
  poolProtocol,
  transactionsProtocol,
} from '../transactions/pool-protocols.ts'

/** What answering needs, and nothing more. */
export interface ServeChainDependencies {
  readonly transport: Pick<RequestTransport, 'handle'>
  readonly chain: Pick<Chain, 'head' | 'queries' | 'mempool'>
  readonly codecs: Pick<BlockCodecs, 'body'>
  readonly forwarded: Pick<ForwardedBlocks, 'get'>
  readonly clock: Pick<Clock, 'nowMs'>
}

/** A list of the pool stays good for this long: making it sorts the whole pool, and any number of peers may ask. */
const POOL_LIST_MS = 1000

/**
 * Answers peers from this node's chain and pool from now on. Work that a question can prolong gives way to other work.
 */
export async function serveChain({
  transport,
  chain,
  codecs,
  forwarded,
  clock,
}: ServeChainDependencies): Promise<void> {
  const { queries, mempool } = chain
  const poolHashes = listPool(mempool, clock)
  await transport.handle(headersProtocol, async ({ locator, count }) => {
    const shared = findSharedEntry(locator, (number) => chainHash(chain, number))
    return { headers: shared === undefined ? [] : await headersAfter(chain, shared.number, count) }
  })
  await transport.handle(bodiesProtocol, async ({ hashes }, _, signal) => {
    const bodies: Uint8Array[] = []
    const pace = createPace()
    let bytes = 0
    for (const hash of hashes) {
      if (bytes >= ENOUGH_BODY_BYTES || signal.aborted) break
      if (pace.isDue()) await pace.rest()
      const block = forwarded.get(hash) ?? (await queries.block(hash))
      const encoded = block === undefined ? new Uint8Array(0) : codecs.body.encode(block.body)
      bodies.push(encoded)
      bytes += encoded.length
    }
    return { bodies }
  })
  await transport.handle(poolProtocol, async ({ skip }) => {
    return { hashes: poolHashes().slice(skip, skip + MAX_POOL_HASHES) }
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

/** What waits in the pool in order of arrival, as of the last second. */
function listPool(mempool: Pick<Chain['mempool'], 'accounts'>, clock: Pick<Clock, 'nowMs'>): () => readonly Hash32[] {
  let list: readonly Hash32[] = []
  let madeAtMs = Number.NEGATIVE_INFINITY
  return () => {
    const nowMs = clock.nowMs()
    // A clock that was set back must not keep a list forever.
    if (Math.abs(nowMs - madeAtMs) < POOL_LIST_MS) return list
    madeAtMs = nowMs
    list = [...mempool.accounts()]
      .flatMap(({ pending, queued }) => [...pending, ...queued])
      .sort((a, b) => a.arrival - b.arrival)
      .map(({ transaction }) => transaction.hash)
    return list
  }
}

function chainHash({ queries }: Pick<Chain, 'queries'>, number: bigint): Hash32 | undefined {
  const header = queries.header(number)
  return header === undefined ? undefined : headerHash(header)
}

/**
 * Headers of the canonical chain. If it changes meanwhile, the answer ends there: headers that do not follow each other
 * would be held against us.
 */
async function headersAfter(
  { head, queries }: Pick<Chain, 'head' | 'queries'>,
  number: bigint,
  count: number,
): Promise<readonly Header[]> {
  const headers: Header[] = []
  const pace = createPace()
  const last = head().number
  for (let next = number + 1n; next <= last && headers.length < count; next++) {
    const hasRested = pace.isDue()
    if (hasRested) await pace.rest()
    const header = queries.header(next)
    const before = headers.at(-1)
    if (header === undefined) break
    if (hasRested && before !== undefined && !equalBytes(header.parentHash, headerHash(before))) break
    headers.push(header)
  }
  return headers
}
