import { type Hash32, hash32 } from '../branded.ts'
import { equalBytes, utf8ToBytes } from '../bytes.ts'
import { encodeRlp } from '../rlp.ts'
import type { ItemField } from '../wire/field.ts'
import { hashField, uint64Field, uint256Field } from '../wire/scalar-fields.ts'
import { extensibleField, structField } from '../wire/struct-field.ts'
import { genesisHash } from './genesis.ts'
import type { Fork, NetworkParams } from './network-params.ts'
import { laterRuleFields, ruleFields } from './rule-fields.ts'
import { type Rules, rulesOf } from './rules-at.ts'

/** Which forks a node has passed, and which one it expects next: EIP-2124, with the content of forks in the hash. */
export interface ForkId {
  /** Over the genesis hash and every fork up to the head: its height, and all rules from there on. */
  readonly hash: Hash32
  /** The height of the next fork, 0 if none is known. */
  readonly next: bigint
}

/** RLP `[hash, next]`. */
export const forkIdField: ItemField<ForkId> = structField<ForkId>({ hash: hashField, next: uint64Field })

/** Keeps these hashes apart from every other; the number changes with the recipe. */
const FORK_DOMAIN: Uint8Array = utf8ToBytes('poai/fork/1')

const rulesField = extensibleField(ruleFields, laterRuleFields)

/** A fork's first block, its rules, and the target that it sets: 0 if it keeps the one that it finds. */
function hashAfter(before: Hash32, rules: Rules): Hash32 {
  const target = rules.fork?.changes.difficulty?.initialTarget ?? 0n
  const step = [uint64Field.toItem(rules.since), rulesField.toItem(rules), uint256Field.toItem(target)]
  return hash32(FORK_DOMAIN, before, encodeRlp(step))
}

const KNOWN = new WeakMap<NetworkParams, readonly ForkId[]>()

/** All fork ids of this network, in the order in which a node passes them: the genesis block's first. */
export function forkIdsOf(params: NetworkParams): readonly ForkId[] {
  const known = KNOWN.get(params)
  if (known !== undefined) return known
  const [, ...forked] = rulesOf(params)
  const hashes = [genesisHash(params)]
  for (const rules of forked) hashes.push(hashAfter(hashes.at(-1) as Hash32, rules))
  const ids = hashes.map((hash, index): ForkId => ({ hash, next: forked[index]?.since ?? 0n }))
  KNOWN.set(params, ids)
  return ids
}

/** A fork, identified by the whole schedule up to it. */
export interface ForkStep {
  /** Its first block. */
  readonly number: bigint
  readonly hash: Hash32
}

/** The forks of a network, each with the hash of the schedule up to it. */
export function forkSteps(params: NetworkParams): readonly ForkStep[] {
  const [, ...forked] = forkIdsOf(params)
  return forked.map(({ hash }, index) => ({ number: (params.forks[index] as Fork).number, hash }))
}

/** The id of a node whose head has that number. */
export function forkIdAt(params: NetworkParams, head: bigint): ForkId {
  return forkIdsOf(params)[indexAt(params, head)] as ForkId
}

function indexAt(params: NetworkParams, head: bigint): number {
  return params.forks.filter(({ number }) => number <= head).length
}

/** What another node's id means for this one. */
export type ForkVerdict =
  /** Both follow the same rules, as far as this node can tell. */
  | { readonly kind: 'agrees' }
  /** So far they do. From that block on they will not, unless one of them is upgraded. */
  | { readonly kind: 'will-differ'; readonly number: bigint }
  /** They follow different rules from that block on, or will once the one behind gets there; undefined if unknown. */
  | { readonly kind: 'differs'; readonly number: bigint | undefined }

/**
 * Compares another node's id with this node's schedule and head, as EIP-2124 does. A node that is behind, or ahead of
 * this one, agrees as long as its next fork is the one that this node had, or will have, there.
 */
export function judgeForkId(params: NetworkParams, head: bigint, theirs: ForkId): ForkVerdict {
  const ids = forkIdsOf(params)
  const here = indexAt(params, head)
  const there = ids.findIndex(({ hash }) => equalBytes(hash, theirs.hash))
  if (there === -1) return { kind: 'differs', number: undefined }
  // With that hash this node expected, or will expect, this fork next.
  const { next } = ids[there] as ForkId
  if (there > here || next === theirs.next) return { kind: 'agrees' }
  const number = earlierOf(next, theirs.next)
  return { kind: number <= head ? 'differs' : 'will-differ', number }
}

/** The lower height of two forks; 0 means unknown, and at least one is known. */
function earlierOf(one: bigint, other: bigint): bigint {
  if (one === 0n) return other
  return other === 0n || one < other ? one : other
}
