import { type LocatorEntry, MAX_LOCATOR_ENTRIES } from '@poai/consensus'
import {
  bytesField,
  equalBytes,
  type Field,
  type Header,
  hashField,
  headerCodec,
  headerHash,
  listField,
  MAX_HEADER_BYTES,
  numberField,
  RuleError,
  rlpCodec,
  structField,
  uint64Field,
} from '@poai/core'
import { checkCount, type RequestProtocol } from '../requests/request-protocol.ts'

/** Headers of one answer: half a megabyte at the usual size of 560 bytes each is 900; a power of two below that. */
export const MAX_HEADERS = 512

/** Which headers: those of the answering node's canonical chain after the newest block that both have. */
export interface HeadersQuery {
  /** Of the asking node's chain, newest first: its head, then sparser, the genesis block last. */
  readonly locator: readonly LocatorEntry[]
  /** At most {@link MAX_HEADERS}. */
  readonly count: number
}

/**
 * Headers in the order of the chain, the first one's parent named by the locator; none if there is nothing after it.
 */
export interface HeadersReply {
  readonly headers: readonly Header[]
}

const entryField: Field<LocatorEntry> = structField<LocatorEntry>({ number: uint64Field, hash: hashField })
const headerBytes = bytesField(MAX_HEADER_BYTES)
const headerField: Field<Header> = {
  toItem: (header) => headerCodec.encode(header),
  fromItem: (item, path) => headerCodec.decode(headerBytes.fromItem(item, path)),
  toJson: () => null,
  fromJson: () => undefined,
}

/** 75 entries of at most 44 bytes. */
const MAX_QUERY_BYTES = 4096
const MAX_REPLY_BYTES: number = MAX_HEADERS * (MAX_HEADER_BYTES + 4) + 8

/**
 * Query: RLP `[[[number, hash], …], count]`, 1 to 75 entries, count 1 to 512. Reply: RLP `[[header bytes, …]]`.
 */
export const headersProtocol: RequestProtocol<HeadersQuery, HeadersReply> = {
  name: '/poai/headers/1',
  query: rlpCodec(
    'headers query',
    structField<HeadersQuery>({
      locator: listField(entryField, MAX_LOCATOR_ENTRIES),
      count: numberField(MAX_HEADERS, 1),
    }),
    MAX_QUERY_BYTES,
  ),
  reply: rlpCodec(
    'headers',
    structField<HeadersReply>({ headers: listField(headerField, MAX_HEADERS) }),
    MAX_REPLY_BYTES,
  ),
  timeoutMs: 10_000,
  // A locator alone takes some reads; each header one more.
  costOf: ({ count }) => 64 + count,
  // A node that catches up takes twenty full answers at once and four a second from one peer, which is 2,000 headers a
  // second.
  allowance: { capacity: 20 * (64 + MAX_HEADERS), perSecond: 4 * (64 + MAX_HEADERS) },
  check: ({ locator, count }, { headers }) => {
    checkCount('headers', count, headers.length)
    checkOrder(locator, headers)
  },
}

/** Headers must follow each other, and the first one must follow an entry of the locator. */
function checkOrder(locator: readonly LocatorEntry[], headers: readonly Header[]): void {
  const [first, ...others] = headers
  if (first === undefined) return
  const isNamed = locator.some(({ number, hash }) => equalBytes(hash, first.parentHash) && first.number === number + 1n)
  if (!isNamed) throw new RuleError('HEADER_PARENT_UNKNOWN', 'the first header follows nothing that was named')
  let before = first
  for (const header of others) {
    if (header.number !== before.number + 1n || !equalBytes(header.parentHash, headerHash(before))) {
      throw new RuleError('HEADER_NUMBER_SEQUENCE', 'headers do not follow each other', {
        expected: before.number + 1n,
        actual: header.number,
      })
    }
    before = header
  }
}
