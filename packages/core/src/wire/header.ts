import { type Address, type Bloom, type Hash32, hash32 } from '../branded.ts'
import { encodeRlp } from '../rlp.ts'
import { type Codec, rlpCodec } from './codec.ts'
import type { Field } from './field.ts'
import { fieldsOfLater, type LaterMembers } from './later-members.ts'
import {
  addressField,
  bloomField,
  bytesField,
  fixedUint64Field,
  hashField,
  uint64Field,
  uint256Field,
  uintField,
} from './scalar-fields.ts'
import { type Extended, extensibleField, type FieldTable } from './struct-field.ts'

/**
 * The codec's bound on `extraData`; a network's rule may be tighter. Twice Ethereum's, so that the rule and not the
 * codec says no.
 */
export const MAX_EXTRA_DATA_BYTES = 64
/** The loss is the mean of negative log-likelihoods, each below 256 nats by the leaf rules: 2^28 micro-nats hold it. */
export const MAX_LOSS_MICRO_NATS: bigint = (1n << 28n) - 1n
/** 13 sealed members of at most 256 bytes and three of the seal: never above this. */
export const MAX_HEADER_BYTES = 1024

/** What came with forks. Sealed like the members before it; on the wire it stands after the seal. */
export interface LaterHeaderMembers {
  /** What models said to the block's contracts. */
  readonly answersRoot: Hash32
}

/** One row for each of them, and nothing else: codec, hashes and rules follow. */
export const LATER_HEADER_MEMBERS: LaterMembers<LaterHeaderMembers> = {
  answersRoot: { field: hashField, isDue: ({ inference }) => inference !== undefined },
}

/** What every header commits to before its miner works. */
export interface SealedMembers {
  readonly parentHash: Hash32
  /** Gets the block's reward and tips. */
  readonly beneficiary: Address
  /** After the block's transactions and reward. */
  readonly stateRoot: Hash32
  readonly transactionsRoot: Hash32
  readonly receiptsRoot: Hash32
  readonly logsBloom: Bloom
  /** The work hash lies below this. */
  readonly target: bigint
  readonly number: bigint
  readonly gasLimit: bigint
  readonly gasUsed: bigint
  /** Unix time in seconds. */
  readonly timestamp: bigint
  readonly extraData: Uint8Array
  readonly baseFeePerGas: bigint
}

/** What a miner commits to before it works. */
export interface SealedHeader extends SealedMembers, Partial<LaterHeaderMembers> {}

/** What the work itself produces. */
export interface Seal {
  /** Merkle root of the logits' leaves. Shown to Ethereum clients as `mixHash`. */
  readonly transcriptRoot: Hash32
  /** Mean negative log-likelihood of the expected answers, in micro-nats. */
  readonly lossMicroNats: bigint
  readonly nonce: bigint
}

/** A block's header: what it commits to, and the proof that a model worked on it. */
export interface Header extends SealedHeader, Seal {}

const sealedMembers: FieldTable<SealedMembers> = {
  parentHash: hashField,
  beneficiary: addressField,
  stateRoot: hashField,
  transactionsRoot: hashField,
  receiptsRoot: hashField,
  logsBloom: bloomField,
  target: uint256Field,
  number: uint64Field,
  gasLimit: uint64Field,
  gasUsed: uint64Field,
  timestamp: uint64Field,
  extraData: bytesField(MAX_EXTRA_DATA_BYTES),
  baseFeePerGas: uint256Field,
}

const sealMembers: FieldTable<Seal> = {
  transcriptRoot: hashField,
  lossMicroNats: uintField(MAX_LOSS_MICRO_NATS),
  nonce: fixedUint64Field,
}

type BaseHeader = SealedMembers & Seal

/** How headers are written, with the members that came later. */
export interface HeaderWire<Later extends object> {
  readonly field: Field<Extended<BaseHeader, Later>>
  readonly codec: Codec<Extended<BaseHeader, Later>>
  /** Of the header without its seal. */
  sealHash(header: Extended<SealedMembers, Later>): Hash32
}

/** Headers whose later members are those of the table. */
export function createHeaderWire<Later extends object>(later: LaterMembers<Later>): HeaderWire<Later> {
  const laterFields = fieldsOfLater(later)
  const field = extensibleField<BaseHeader, Later>({ ...sealedMembers, ...sealMembers }, laterFields)
  const sealedField = extensibleField<SealedMembers, Later>(sealedMembers, laterFields)
  return {
    field,
    codec: rlpCodec('header', field, MAX_HEADER_BYTES),
    sealHash: (header) => hash32(encodeRlp(sealedField.toItem(header))),
  }
}

const wire = createHeaderWire(LATER_HEADER_MEMBERS)

/** For types that contain a header. */
export const headerField: Field<Header> = wire.field

/**
 * A header on the wire and on disk: the RLP list of its 16 members in the order of {@link SealedHeader}, then {@link
 * Seal}, then {@link LaterHeaderMembers}. Integers have no leading zeros; the nonce alone has a fixed size.
 */
export const headerCodec: Codec<Header> = wire.codec

/** The block's name: the hash of its whole header. */
export function headerHash(header: Header): Hash32 {
  return hash32(headerCodec.encode(header))
}

/** What the work is bound to: the hash of the header without its seal. */
export function sealHash(header: SealedHeader): Hash32 {
  return wire.sealHash(header)
}
