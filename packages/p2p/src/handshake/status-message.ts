import {
  bytesToUint,
  type Codec,
  extensibleField,
  type Field,
  forkIdField,
  type Hash32,
  hashField,
  type ItemField,
  nameField,
  RuleError,
  rlpCodec,
  uint64Field,
  uintField,
  uintToBytes,
} from '@poai/core'
import type { PeerServices, PeerStatus } from '../peers/peer.ts'

/** What a node says of itself, and of which network it is. */
export interface StatusMessage extends PeerStatus {
  /** The network: it commits to all its parameters. */
  readonly genesisHash: Hash32
}

/**
 * Why a node ends a connection. The numbers never change; numbers that this version does not know read as `unknown`.
 */
export const GOODBYE_REASONS = {
  'other-network': 1,
  'too-many-peers': 2,
  banned: 3,
  'shutting-down': 4,
  'low-score': 5,
  'bad-handshake': 6,
  'same-address': 7,
  'other-rules': 8,
} as const

export type GoodbyeReason = keyof typeof GOODBYE_REASONS | 'unknown'

/** One frame of the status protocol. */
export type StatusFrame =
  | { readonly kind: 'status'; readonly status: StatusMessage }
  | { readonly kind: 'goodbye'; readonly reason: GoodbyeReason }

/** Names of programs and domains. */
const MAX_NAME_LENGTH = 64
/** Three hashes, three integers, total work of at most 40 bytes, two names: below 350. */
export const MAX_STATUS_FRAME_BYTES = 512
/** 2^64 blocks of at most 2^256 attempts. */
const MAX_TOTAL_WORK: bigint = (1n << 320n) - 1n
/** Stands for the domain of a node that replays nothing: names are not empty. */
const NO_DOMAIN = 'none'

const SERVICE_BITS: Readonly<Record<keyof PeerServices, bigint>> = { allBlocks: 1n, transactions: 2n }

const anyName = nameField(MAX_NAME_LENGTH)

const domainField: Field<string> = {
  ...anyName,
  toItem: (domain) => anyName.toItem(domain === '' ? NO_DOMAIN : domain),
  fromItem: (item, path) => {
    const name = anyName.fromItem(item, path)
    return name === NO_DOMAIN ? '' : name
  },
}

/** Bits that this version does not know are reserved. */
const servicesField: ItemField<PeerServices> = {
  toItem: ({ allBlocks, transactions }) =>
    uint64Field.toItem((allBlocks ? SERVICE_BITS.allBlocks : 0n) | (transactions ? SERVICE_BITS.transactions : 0n)),
  fromItem: (item, path) => {
    const bits = uint64Field.fromItem(item, path)
    return {
      allBlocks: (bits & SERVICE_BITS.allBlocks) !== 0n,
      transactions: (bits & SERVICE_BITS.transactions) !== 0n,
    }
  },
}

/** For something that is never read or written as JSON. */
function inBytesOnly<T>(field: ItemField<T>): Field<T> {
  return { ...field, toJson: () => null, fromJson: () => undefined }
}

/**
 * RLP `[genesisHash, headNumber, headHash, totalWork, version, domain, services, forkId?]`: hashes of 32 bytes,
 * integers without leading zeros, names of 1 to 64 letters, digits and `- . _ + /`, services as bits: 1 all blocks, 2
 * transactions. The fork id is `[hash, next]`, and is left out on networks without forks.
 */
const statusCodec: Codec<StatusMessage> = rlpCodec(
  'status',
  extensibleField<Omit<StatusMessage, 'forkId'>, Required<Pick<StatusMessage, 'forkId'>>>(
    {
      genesisHash: hashField,
      headNumber: uint64Field,
      headHash: hashField,
      totalWork: uintField(MAX_TOTAL_WORK),
      version: anyName,
      domain: domainField,
      services: inBytesOnly(servicesField),
    },
    { forkId: inBytesOnly(forkIdField) },
  ),
  MAX_STATUS_FRAME_BYTES - 1,
)

const STATUS = 1
const GOODBYE = 2

/** A byte that says what it is, 1 status or 2 goodbye, then the status in RLP or one byte of reason. */
export function encodeStatusFrame(frame: StatusFrame): Uint8Array {
  if (frame.kind === 'status') return Uint8Array.of(STATUS, ...statusCodec.encode(frame.status))
  const number = frame.reason === 'unknown' ? 0 : GOODBYE_REASONS[frame.reason]
  return Uint8Array.of(GOODBYE, ...uintToBytes(BigInt(number), 1))
}

/** Throws a `RuleError` on anything else. */
export function decodeStatusFrame(bytes: Uint8Array): StatusFrame {
  const [kind] = bytes
  const rest = bytes.subarray(1)
  if (kind === STATUS) return { kind: 'status', status: statusCodec.decode(rest) }
  if (kind === GOODBYE && rest.length === 1) return { kind: 'goodbye', reason: reasonOf(Number(bytesToUint(rest))) }
  throw new RuleError('FIELD_RANGE', 'not a frame of the status protocol', {
    expected: `${STATUS} and a status, or ${GOODBYE} and a reason`,
    actual: kind ?? 'nothing',
  })
}

function reasonOf(number: number): GoodbyeReason {
  const known = Object.entries(GOODBYE_REASONS).find(([, value]) => value === number)
  return known === undefined ? 'unknown' : (known[0] as GoodbyeReason)
}
