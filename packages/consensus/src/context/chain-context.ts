import {
  type Codec,
  type Field,
  genesisHeader,
  type Hash32,
  type Header,
  hashField,
  headerHash,
  invariant,
  listField,
  type NetworkParams,
  type RuleSchedule,
  rlpCodec,
  rulesAt,
  structField,
  uint64Field,
  uint256Field,
  uintField,
} from '@poai/core'
import { type DifficultyAnchor, genesisAnchor, nextAnchor } from '../difficulty/difficulty-schedule.ts'
import { workOfTarget } from '../fork-choice/work-of-target.ts'
import { isLastOfEpoch } from './epoch.ts'
import { nextEpochSeed } from './next-epoch-key.ts'

/**
 * All that the rules need to know of a chain to judge the next block: a fold over its headers, so that headers can be
 * judged without a database, and a store can keep one of these beside each block.
 */
export interface ChainContext {
  /** Of the chain's last block, as the five members below. */
  readonly hash: Hash32
  readonly number: bigint
  readonly timestamp: bigint
  readonly gasLimit: bigint
  readonly gasUsed: bigint
  readonly baseFeePerGas: bigint
  /** Work of all blocks after the genesis block. */
  readonly totalWork: bigint
  /** Of the last block and those before it, oldest first, at most `medianSpan`. */
  readonly recentTimestamps: readonly bigint[]
  readonly anchor: DifficultyAnchor
  /**
   * The seed of the next block's epoch: hash of the last block of the epoch before it, the genesis block's in epoch 0.
   * A fork may begin an epoch with the next block too: see `nextEpochSeed`.
   */
  readonly epochSeed: Hash32
}

/** Memory of timestamps: above the largest `medianSpan` that network parameters allow. */
const MAX_RECENT_TIMESTAMPS = 101
/** 2^64 blocks of at most 2^256 attempts. */
const MAX_TOTAL_WORK: bigint = (1n << 320n) - 1n
/** Hashes, sums and anchor below 300 bytes, 101 timestamps of at most 9. */
const MAX_CONTEXT_BYTES = 2048

const anchorField: Field<DifficultyAnchor> = structField<DifficultyAnchor>({
  number: uint64Field,
  timestamp: uint64Field,
  target: uint256Field,
})

const contextField: Field<ChainContext> = structField<ChainContext>({
  hash: hashField,
  number: uint64Field,
  timestamp: uint64Field,
  gasLimit: uint64Field,
  gasUsed: uint64Field,
  baseFeePerGas: uint256Field,
  totalWork: uintField(MAX_TOTAL_WORK),
  recentTimestamps: listField(uint64Field, MAX_RECENT_TIMESTAMPS),
  anchor: anchorField,
  epochSeed: hashField,
})

/**
 * A context on disk: the RLP list of its ten members in the order of {@link ChainContext}; the anchor is a list of
 * three.
 */
export const chainContextCodec: Codec<ChainContext> = rlpCodec('chain context', contextField, MAX_CONTEXT_BYTES)

/** The chain that is only the genesis block. */
export function genesisContext(params: NetworkParams): ChainContext {
  const genesis = genesisHeader(params)
  const { number, timestamp, gasLimit, gasUsed, baseFeePerGas } = genesis
  const hash = headerHash(genesis)
  return {
    hash,
    number,
    timestamp,
    gasLimit,
    gasUsed,
    baseFeePerGas,
    totalWork: 0n,
    recentTimestamps: [timestamp],
    anchor: genesisAnchor(params, genesis),
    epochSeed: hash,
  }
}

/**
 * The chain with one more block. `header` must have passed the header rules in `context`. What is kept follows from the
 * rules up to this block: a fork after it has no influence.
 */
export function extendContext(schedule: RuleSchedule, context: ChainContext, header: Header): ChainContext {
  const { number, timestamp, gasLimit, gasUsed, baseFeePerGas } = header
  invariant(number === context.number + 1n, `block ${number} cannot follow block ${context.number}`)
  const hash = headerHash(header)
  const { time, work } = rulesAt(schedule, number)
  return {
    hash,
    number,
    timestamp,
    gasLimit,
    gasUsed,
    baseFeePerGas,
    totalWork: context.totalWork + workOfTarget(header.target),
    recentTimestamps: [...context.recentTimestamps, timestamp].slice(-time.medianSpan),
    anchor: nextAnchor(schedule, context, header),
    epochSeed: isLastOfEpoch(number, work.epochBlocks) ? hash : nextEpochSeed(schedule, context),
  }
}
