import { bytesField, type Hash32, hashField, listField, MAX_BODY_BYTES, rlpCodec, structField } from '@poai/core'
import { checkCount, type RequestProtocol } from '../requests/request-protocol.ts'

/** Bodies per question. Empty blocks are a few bytes: a round trip for each would be their only cost. */
export const MAX_BODIES = 128
/** The answering side stops when an answer has this many bytes; one more body may follow. */
export const ENOUGH_BODY_BYTES: number = MAX_BODY_BYTES

/** The names of blocks. */
export interface BodiesQuery {
  readonly hashes: readonly Hash32[]
}

/**
 * Encoded bodies in the order of the question, as far as the answer goes: bodies missing at the end may be asked for
 * again. Empty bytes mean that the node does not have the body.
 */
export interface BodiesReply {
  readonly bodies: readonly Uint8Array[]
}

const MAX_QUERY_BYTES: number = MAX_BODIES * 33 + 8
const MAX_REPLY_BYTES: number = ENOUGH_BODY_BYTES + MAX_BODY_BYTES + MAX_BODIES * 5 + 16

/** Query: RLP `[[hash, …]]`, 1 to 128. Reply: RLP `[[body bytes, …]]`. */
export const bodiesProtocol: RequestProtocol<BodiesQuery, BodiesReply> = {
  name: '/poai/bodies/1',
  query: rlpCodec(
    'bodies query',
    structField<BodiesQuery>({ hashes: listField(hashField, MAX_BODIES) }),
    MAX_QUERY_BYTES,
  ),
  reply: rlpCodec(
    'bodies',
    structField<BodiesReply>({ bodies: listField(bytesField(MAX_BODY_BYTES), MAX_BODIES) }),
    MAX_REPLY_BYTES,
  ),
  timeoutMs: 20_000,
  costOf: ({ hashes }) => 8 + hashes.length,
  // A thousand bodies a second from one peer: a node that takes blocks unreplayed imports half as many.
  allowance: { capacity: 4096, perSecond: 1024 },
  check: ({ hashes }, { bodies }) => checkCount('bodies', hashes.length, bodies.length),
}
