import { type LocatorEntry, validateBody } from '@poai/consensus'
import {
  type BlockCodecs,
  type Body,
  type Hash32,
  type Header,
  headerHash,
  type NetworkParams,
  RuleError,
} from '@poai/core'
import { bodiesProtocol, MAX_BODIES } from '../blocks/bodies-protocol.ts'
import { headersProtocol, MAX_HEADERS } from '../blocks/headers-protocol.ts'
import { NetworkError } from '../network-error.ts'
import type { PeerSet } from '../peers/peer.ts'
import type { RequestTransport } from '../requests/request-transport.ts'
import {
  MAX_POOL_HASHES,
  MAX_POOL_TRANSACTIONS,
  poolProtocol,
  transactionsProtocol,
} from '../transactions/pool-protocols.ts'

export interface ChainRequestsOptions {
  readonly params: NetworkParams
}

/** What asking needs, and nothing more. */
export interface ChainRequestsDependencies {
  readonly transport: Pick<RequestTransport, 'askerOf'>
  readonly peers: Pick<PeerSet, 'report'>
  readonly codecs: Pick<BlockCodecs, 'body'>
}

/**
 * Asks peers for what they have. Each method rejects with a `RuleError` if the answer breaks a rule, which has been
 * reported then, and with a `NetworkError` if there is no answer.
 */
export interface ChainRequests {
  /** Headers that follow each other, the first one after an entry of the locator. */
  headers(
    peerId: string,
    query: { readonly locator: readonly LocatorEntry[]; readonly count: number },
    signal: AbortSignal,
  ): Promise<readonly Header[]>
  /**
   * In the order of the headers and checked against them: as many as came, from the first one on; undefined where the
   * peer has none.
   */
  bodies(peerId: string, headers: readonly Header[], signal: AbortSignal): Promise<readonly (Body | undefined)[]>
  /** One that the peer must have. */
  body(peerId: string, header: Header, signal: AbortSignal): Promise<Body>
  poolHashes(peerId: string, signal: AbortSignal): Promise<readonly Hash32[]>
  /** Encodings that nobody has checked. */
  poolTransactions(peerId: string, hashes: readonly Hash32[], signal: AbortSignal): Promise<readonly Uint8Array[]>
}

/** Questions about one pool: beyond this a peer's pool is larger than any should be. */
const MAX_POOL_PAGES = 8

export function createChainRequests(
  { params }: ChainRequestsOptions,
  { transport, peers, codecs }: ChainRequestsDependencies,
): ChainRequests {
  const askHeaders = transport.askerOf(headersProtocol)
  const askBodies = transport.askerOf(bodiesProtocol)
  const askPool = transport.askerOf(poolProtocol)
  const askTransactions = transport.askerOf(transactionsProtocol)
  const bodies: ChainRequests['bodies'] = async (peerId, headers, signal) => {
    const asked = headers.slice(0, MAX_BODIES)
    const reply = await askBodies(peerId, { hashes: asked.map(headerHash) }, signal)
    return reply.bodies.map((bytes, index) => {
      const header = asked[index]
      if (header === undefined || bytes.length === 0) return undefined
      try {
        const body = codecs.body.decode(bytes)
        validateBody({ params, header, body })
        return body
      } catch (error) {
        if (error instanceof RuleError) peers.report(peerId, 'wrong-answer')
        throw error
      }
    })
  }
  return {
    headers: async (peerId, { locator, count }, signal) => {
      const { headers } = await askHeaders(peerId, { locator, count: Math.min(count, MAX_HEADERS) }, signal)
      return headers
    },
    bodies,
    body: async (peerId, header, signal) => {
      const [body] = await bodies(peerId, [header], signal)
      if (body === undefined) throw new NetworkError('P2P_REQUEST', 'the peer has no such body')
      return body
    },
    poolHashes: async (peerId, signal) => {
      const all: Hash32[] = []
      for (let page = 0; page < MAX_POOL_PAGES; page++) {
        const { hashes } = await askPool(peerId, { skip: all.length }, signal)
        all.push(...hashes)
        if (hashes.length < MAX_POOL_HASHES) break
      }
      return all
    },
    poolTransactions: async (peerId, hashes, signal) => {
      const { transactions } = await askTransactions(peerId, { hashes: hashes.slice(0, MAX_POOL_TRANSACTIONS) }, signal)
      // Copies: a transaction that waits for hours must not keep the whole answer in memory.
      return transactions.map((bytes) => bytes.slice())
    },
  }
}
