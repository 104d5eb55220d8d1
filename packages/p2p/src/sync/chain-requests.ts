import { type LocatorEntry, validateBody } from '@poai/consensus'
import {
  type BlockCodecs,
  type Body,
  equalBytes,
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
  readonly transport: Pick<RequestTransport, 'request'>
  readonly peers: Pick<PeerSet, 'report'>
  readonly codecs: Pick<BlockCodecs, 'body'>
}

/**
 * Asks peers for what they have. Each rejects with a `RuleError` if the answer breaks a rule, which is reported then,
 * and with a `NetworkError` if there is none.
 */
export interface ChainRequests {
  /** Headers that follow each other, the first one behind an entry of the locator. */
  headers(
    peerId: string,
    query: { readonly locator: readonly LocatorEntry[]; readonly count: number },
    signal: AbortSignal,
  ): Promise<readonly Header[]>
  /**
   * In the order of the headers and checked against them: the first ones, as many as came; undefined where the peer has
   * none.
   */
  bodies(peerId: string, headers: readonly Header[], signal: AbortSignal): Promise<readonly (Body | undefined)[]>
  /** One that the peer must have. */
  body(peerId: string, header: Header, signal: AbortSignal): Promise<Body>
  poolHashes(peerId: string, signal: AbortSignal): Promise<readonly Hash32[]>
  /** Encodings, not looked at. */
  poolTransactions(peerId: string, hashes: readonly Hash32[], signal: AbortSignal): Promise<readonly Uint8Array[]>
}

/** Questions of one pool: above this a peer's pool is larger than anybody's should be. */
const MAX_POOL_PAGES = 8

export function createChainRequests(
  { params }: ChainRequestsOptions,
  { transport, peers, codecs }: ChainRequestsDependencies,
): ChainRequests {
  const wrong = (peerId: string, error: RuleError): RuleError => {
    peers.report(peerId, 'wrong-answer')
    return error
  }
  const bodies: ChainRequests['bodies'] = async (peerId, headers, signal) => {
    const asked = headers.slice(0, MAX_BODIES)
    const query = { hashes: asked.map(headerHash) }
    const reply = await transport.request(peerId, bodiesProtocol, query, signal)
    if (reply.bodies.length > asked.length) throw wrong(peerId, tooMany('bodies', asked.length, reply.bodies.length))
    return reply.bodies.map((bytes, index) => {
      const header = asked[index]
      if (header === undefined || bytes.length === 0) return undefined
      try {
        const body = codecs.body.decode(bytes)
        validateBody({ params, header, body })
        return body
      } catch (error) {
        throw error instanceof RuleError ? wrong(peerId, error) : error
      }
    })
  }
  return {
    headers: async (peerId, { locator, count }, signal) => {
      const query = { locator, count: Math.min(count, MAX_HEADERS) }
      const { headers } = await transport.request(peerId, headersProtocol, query, signal)
      if (headers.length > query.count) throw wrong(peerId, tooMany('headers', query.count, headers.length))
      const broken = firstBreak(locator, headers)
      if (broken !== undefined) throw wrong(peerId, broken)
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
        const { hashes } = await transport.request(peerId, poolProtocol, { skip: all.length }, signal)
        all.push(...hashes)
        if (hashes.length < MAX_POOL_HASHES) break
      }
      return all
    },
    poolTransactions: async (peerId, hashes, signal) => {
      const query = { hashes: hashes.slice(0, MAX_POOL_TRANSACTIONS) }
      const { transactions } = await transport.request(peerId, transactionsProtocol, query, signal)
      if (transactions.length > query.hashes.length) {
        throw wrong(peerId, tooMany('transactions', query.hashes.length, transactions.length))
      }
      // Copies: a transaction that waits for hours must not keep the whole answer in memory.
      return transactions.map((bytes) => bytes.slice())
    },
  }
}

function tooMany(what: string, expected: number, actual: number): RuleError {
  return new RuleError('FIELD_COUNT', `more ${what} than were asked for`, { expected: `at most ${expected}`, actual })
}

/** Where headers do not follow each other, or nothing that we named. */
function firstBreak(locator: readonly LocatorEntry[], headers: readonly Header[]): RuleError | undefined {
  const [first] = headers
  if (first === undefined) return undefined
  const isNamed = locator.some(({ number, hash }) => equalBytes(hash, first.parentHash) && first.number === number + 1n)
  if (!isNamed) return new RuleError('HEADER_PARENT_UNKNOWN', 'the first header follows nothing that was named')
  let before = first
  for (const header of headers.slice(1)) {
    if (header.number !== before.number + 1n || !equalBytes(header.parentHash, headerHash(before))) {
      return new RuleError('HEADER_NUMBER_SEQUENCE', 'headers do not follow each other', {
        expected: before.number + 1n,
        actual: header.number,
      })
    }
    before = header
  }
  return undefined
}
