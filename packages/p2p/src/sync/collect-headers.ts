import type { Chain } from '@poai/chain'
import {
  blockLocator,
  type ChainContext,
  extendContext,
  type LocatorEntry,
  validateHeaderAlone,
  validateHeaderInContext,
  validateWorkClaim,
} from '@poai/consensus'
import { type Clock, type Header, headerHash, type NetworkParams, RuleError, verdictOf } from '@poai/core'
import { NetworkError } from '../network-error.ts'
import type { Peer, PeerSet } from '../peers/peer.ts'
import type { ChainRequests } from '../requests/chain-requests.ts'
import { MAX_HEADERS } from '../requests/protocols/headers-protocol.ts'
import type { CheckedHeader } from './replay-policy.ts'

/** Headers that are held at one time, one to two kilobytes each in memory; the rest of a longer chain comes after them. */
export const MAX_COLLECTED_HEADERS = 32_768
/** Branches that leave our chain further down are for people to judge: the chain would refuse them anyway. */
const MAX_FORK_DEPTH = 200n

/** What collecting needs, and nothing more. */
export interface CollectHeadersDependencies {
  readonly params: NetworkParams
  readonly requests: Pick<ChainRequests, 'headers'>
  readonly chain: Pick<Chain, 'head' | 'context' | 'queries'>
  readonly peers: Pick<PeerSet, 'report'>
  readonly clock: Pick<Clock, 'nowMs'>
}

/** A chain of headers that is worth its bodies. */
export interface CollectedHeaders {
  /** Of blocks that are not here, in the order of the chain. */
  readonly headers: readonly CheckedHeader[]
  /** Of the chain that ends with the last of them. */
  readonly end: ChainContext
}

/**
 * Asks a peer for the headers behind ours and checks all that can be checked without bodies and replays: the rules of headers, the claimed work, and
 * that the chain is as heavy as the peer says. Undefined if it is not heavier than ours. Rejects with a `RuleError` after reporting whoever
 * sent a bad header.
 */
export async function collectHeaders(
  dependencies: CollectHeadersDependencies,
  peer: Peer,
  signal: AbortSignal,
): Promise<CollectedHeaders | undefined> {
  const { requests, chain, peers } = dependencies
  const claimed = peer.status.totalWork
  const own = ownLocator(chain)
  const collected: CheckedHeader[] = []
  let end: ChainContext | undefined
  let isComplete = false
  while (!isComplete && collected.length < MAX_COLLECTED_HEADERS) {
    const locator: readonly LocatorEntry[] =
      end === undefined ? own : [{ number: end.number, hash: end.hash }, ...own.slice(1)]
    const headers = await requests.headers(peer.id, { locator, count: MAX_HEADERS }, signal)
    const [first] = headers
    if (first !== undefined) {
      const parent = end !== undefined && isChildOf(first, end) ? end : chain.context(first.parentHash)
      if (parent === undefined) throw new NetworkError('P2P_REQUEST', 'the chain moved while it was described')
      if (parent.number + MAX_FORK_DEPTH < chain.head().number) {
        throw new NetworkError('P2P_REQUEST', "the peer's chain leaves ours before what is final here")
      }
      const checked = check(dependencies, { peer, parent, headers })
      collected.push(...checked.headers)
      end = checked.end
      if (checked.isCut) break
    }
    isComplete = headers.length < MAX_HEADERS
  }
  // Work only grows: who has reorganised since has more of it, not less.
  if (isComplete && (end?.totalWork ?? chain.head().totalWork) < claimed) {
    peers.report(peer.id, 'false-claim')
    throw new NetworkError('P2P_REQUEST', 'the peer has not got the work that it claims')
  }
  if (end === undefined || collected.length === 0 || end.totalWork <= chain.head().totalWork) return undefined
  return { headers: collected, end }
}

function check(
  { params, chain, peers, clock }: CollectHeadersDependencies,
  {
    peer,
    parent,
    headers,
  }: { readonly peer: Peer; readonly parent: ChainContext; readonly headers: readonly Header[] },
): CollectedHeaders & { readonly isCut: boolean } {
  const nowSeconds = BigInt(Math.floor(clock.nowMs() / 1000))
  const unknown: CheckedHeader[] = []
  let end = parent
  for (const header of headers) {
    try {
      validateHeaderAlone({ params, header })
      validateHeaderInContext({ params, context: end, header, nowSeconds })
      validateWorkClaim(header)
    } catch (error) {
      if (!(error instanceof RuleError)) throw error
      // A block of the future is one in a moment: what comes before it is good.
      if (verdictOf(error) === 'transient') return { headers: unknown, end, isCut: true }
      peers.report(peer.id, 'invalid-header')
      throw error
    }
    end = extendContext(params, end, header)
    if (chain.context(end.hash) === undefined) unknown.push({ header, hash: end.hash })
  }
  return { headers: unknown, end, isCut: false }
}

function isChildOf(header: Header, parent: ChainContext): boolean {
  return header.number === parent.number + 1n && Buffer.compare(header.parentHash, parent.hash) === 0
}

function ownLocator(chain: CollectHeadersDependencies['chain']): readonly LocatorEntry[] {
  return blockLocator(chain.head().number, (number) => {
    const header = chain.queries.header(number)
    if (header === undefined) throw new NetworkError('P2P_REQUEST', 'the chain moved while it was described')
    return headerHash(header)
  })
}
