import {
  bytesField,
  type Codec,
  type Field,
  listField,
  nameField,
  numberField,
  rlpCodec,
  structField,
  uint64Field,
} from '@poai/core'

/** What is kept of a peer, or of a group of addresses, over restarts. Times are Unix seconds; 0 is never. */
export interface PeerRecord {
  /** Where it can be reached: multiaddresses without the peer id. */
  readonly locations: readonly string[]
  /** 1 if the operator added it. */
  readonly isStatic: number
  /** 1 if it is one of those that this node dials first at its next start. */
  readonly isAnchor: number
  /** The IP address at which this node reached it last; empty: never. */
  readonly address: string
  /** The network of whoever told of it first. */
  readonly source: string
  /** The last time that this node dialled it and shook hands. */
  readonly lastSeenSeconds: bigint
  /** How far its score is below 0. */
  readonly demerits: number
  readonly scoredAtSeconds: bigint
  readonly bannedUntilSeconds: bigint
  /** `none` without a ban. */
  readonly banReason: string
}

/** Of one peer: nodes have a few interfaces, each with IPv4 and IPv6. */
export const MAX_LOCATIONS = 8
const MAX_LOCATION_BYTES = 256
/** An IPv6 address with a zone. */
const MAX_ADDRESS_BYTES = 64
/** Scores below a ban are all the same. */
export const MAX_DEMERITS = 1000
/** Eight locations, four numbers and a name. */
const MAX_RECORD_BYTES = 4096

function textField(maxBytes: number): Field<string> {
  const bytes = bytesField(maxBytes)
  return {
    toItem: (text) => Buffer.from(text, 'utf8'),
    fromItem: (item, path) => Buffer.from(bytes.fromItem(item, path)).toString('utf8'),
    toJson: (text) => text,
    fromJson: (value) => (typeof value === 'string' ? value : undefined),
  }
}

const locationsField = listField(textField(MAX_LOCATION_BYTES), MAX_LOCATIONS)

/** RLP `[[location, …], isStatic, isAnchor, address, source, lastSeen, demerits, scoredAt, bannedUntil, banReason]`. */
export const peerRecordCodec: Codec<PeerRecord> = rlpCodec(
  'peer record',
  structField<PeerRecord>({
    locations: locationsField,
    isStatic: numberField(1),
    isAnchor: numberField(1),
    address: textField(MAX_ADDRESS_BYTES),
    source: textField(MAX_ADDRESS_BYTES),
    lastSeenSeconds: uint64Field,
    demerits: numberField(MAX_DEMERITS),
    scoredAtSeconds: uint64Field,
    bannedUntilSeconds: uint64Field,
    banReason: nameField(64),
  }),
  MAX_RECORD_BYTES,
)

/** The earlier format: a peer that came by itself counted as seen, so its time of being seen cannot be trusted. */
export type OldPeerRecord = Omit<PeerRecord, 'isAnchor' | 'address' | 'source'>

/** RLP `[[location, …], isStatic, lastSeen, demerits, scoredAt, bannedUntil, banReason]`. */
export const oldPeerRecordCodec: Codec<OldPeerRecord> = rlpCodec(
  'peer record',
  structField<OldPeerRecord>({
    locations: locationsField,
    isStatic: numberField(1),
    lastSeenSeconds: uint64Field,
    demerits: numberField(MAX_DEMERITS),
    scoredAtSeconds: uint64Field,
    bannedUntilSeconds: uint64Field,
    banReason: nameField(64),
  }),
  MAX_RECORD_BYTES,
)
