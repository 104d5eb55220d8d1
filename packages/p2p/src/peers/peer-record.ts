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
  /** The last time that its handshake was done. */
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
/** Scores below a ban are all the same. */
export const MAX_DEMERITS = 1000
/** Eight locations, four numbers and a name. */
const MAX_RECORD_BYTES = 4096

const locationBytes = bytesField(MAX_LOCATION_BYTES)
const locationField: Field<string> = {
  toItem: (location) => Buffer.from(location, 'utf8'),
  fromItem: (item, path) => Buffer.from(locationBytes.fromItem(item, path)).toString('utf8'),
  toJson: (location) => location,
  fromJson: (value) => (typeof value === 'string' ? value : undefined),
}

/** RLP `[[location, …], isStatic, lastSeen, demerits, scoredAt, bannedUntil, banReason]`. */
export const peerRecordCodec: Codec<PeerRecord> = rlpCodec(
  'peer record',
  structField<PeerRecord>({
    locations: listField(locationField, MAX_LOCATIONS),
    isStatic: numberField(1),
    lastSeenSeconds: uint64Field,
    demerits: numberField(MAX_DEMERITS),
    scoredAtSeconds: uint64Field,
    bannedUntilSeconds: uint64Field,
    banReason: nameField(64),
  }),
  MAX_RECORD_BYTES,
)
