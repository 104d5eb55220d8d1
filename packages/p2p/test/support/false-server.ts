import { lpStream } from '@libp2p/utils'
import { type BlockCodecs, type Body, bytesToHex, concatBytes, type Hash32, type Header, headerHash } from '@poai/core'
import { bodiesProtocol } from '../../src/blocks/bodies-protocol.ts'
import { headersProtocol } from '../../src/blocks/headers-protocol.ts'
import type { PeerStatus } from '../../src/peers/peer.ts'
import type { HostileClient } from './hostile-client.ts'

/** How a hostile name answers the questions of a node that catches up. */
export interface Manner {
  /** Undefined: it never answers. Otherwise after so many milliseconds. */
  readonly headersAfterMs: number | undefined
  readonly bodiesAfterMs: number | undefined
  /** What it sends for bodies: those that it has, nothing, or those of other blocks. */
  readonly bodies: 'right' | 'none' | 'wrong'
}

/** The chain that it shows. */
export interface ShownBlock {
  readonly header: Header
  readonly body: Body
}

/** What it has answered. */
export interface ServiceCount {
  headers: number
  bodies: number
}

const ANSWER = Uint8Array.of(0)

/**
 * Lets a hostile client serve a chain in its manner, and greet with its claims. Rejects if the victim turns it away.
 */
export async function serveFalsely(
  client: HostileClient,
  chain: readonly ShownBlock[],
  options: { readonly codecs: BlockCodecs; readonly manner: Manner; readonly claims: Partial<PeerStatus> },
): Promise<ServiceCount> {
  const { codecs, manner, claims } = options
  const count: ServiceCount = { headers: 0, bodies: 0 }
  const bodies = new Map(chain.map(({ header, body }) => [bytesToHex(headerHash(header)), body]))
  await client.libp2p.handle(headersProtocol.name, async (stream) => {
    const frames = lpStream(stream)
    try {
      const query = headersProtocol.query.decode(new Uint8Array((await frames.read()).subarray()))
      if (manner.headersAfterMs === undefined) return
      await delay(manner.headersAfterMs)
      const from = sharedIndex(chain, query.locator)
      const headers = chain.slice(from, from + query.count).map(({ header }) => header)
      await frames.write(concatBytes(ANSWER, headersProtocol.reply.encode({ headers })))
      count.headers += headers.length
      await stream.close()
    } catch {
      // The victim has lost its patience.
    }
  })
  await client.libp2p.handle(bodiesProtocol.name, async (stream) => {
    const frames = lpStream(stream)
    try {
      const query = bodiesProtocol.query.decode(new Uint8Array((await frames.read()).subarray()))
      if (manner.bodiesAfterMs === undefined) return
      await delay(manner.bodiesAfterMs)
      const answers = query.hashes.map((hash) => {
        if (manner.bodies === 'none') return new Uint8Array(0)
        const body = manner.bodies === 'right' ? bodies.get(bytesToHex(hash)) : chain[0]?.body
        return body === undefined ? new Uint8Array(0) : codecs.body.encode(body)
      })
      await frames.write(concatBytes(ANSWER, bodiesProtocol.reply.encode({ bodies: answers })))
      count.bodies += answers.length
      await stream.close()
    } catch {
      // As above.
    }
  })
  await client.greet(claims)
  return count
}

/** Where its chain goes on after the newest block of the locator. */
function sharedIndex(
  chain: readonly ShownBlock[],
  locator: readonly { readonly number: bigint; readonly hash: Hash32 }[],
): number {
  const [first] = chain
  for (const { number, hash } of locator) {
    // A chain has its blocks in order: the one after a number is at a place that is known.
    const index = Number(number + 1n - (first?.header.number ?? 0n))
    const next = chain[index]
    if (next !== undefined && bytesToHex(next.header.parentHash) === bytesToHex(hash)) return index
    const last = chain[index - 1]
    if (last !== undefined && bytesToHex(headerHash(last.header)) === bytesToHex(hash)) return index
  }
  return chain.length
}

function delay(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms))
}
