import type { Chain } from '@poai/chain'
import type { AttemptSearcher } from '@poai/consensus'
import type { Address, Clock, Logger, RuleSchedule } from '@poai/core'
import type { MiningGate } from './mining-gate.ts'
import type { NonceRanges } from './nonce-ranges.ts'

/** What a miner is told. */
export interface MinerOptions {
  readonly params: RuleSchedule
  readonly beneficiary: Address
  /** How many workers of the engine to keep busy. */
  readonly workers: number
  /** Text in the header of every block. */
  readonly extraData?: Uint8Array
  /** The gas limit moves towards this. Default: the network's initial one. */
  readonly gasLimitGoal?: bigint
  /** A template is remade after this long, so that its timestamp is right. Default {@link DEFAULT_TEMPLATE_AGE_MS}. */
  readonly templateAgeMs?: number
  /**
   * How many own blocks in a row may break a rule before the miner stops. Default {@link DEFAULT_MAX_INVALID_BLOCKS}.
   */
  readonly maxInvalidBlocks?: number
}

/** What a miner needs, and nothing more. */
export interface MinerDependencies {
  readonly chain: Pick<Chain, 'head' | 'importBlock' | 'onHead' | 'templates'>
  readonly searcher: AttemptSearcher
  readonly clock: Clock
  readonly logger: Logger
  /** When not to mine. Default: always mines. */
  readonly gate?: MiningGate
  /** Shared with the farm desk of the same node. */
  readonly nonces?: NonceRanges
}

/**
 * Under half the shortest block time of a built-in network: block times, which set the difficulty, are right within it.
 */
export const DEFAULT_TEMPLATE_AGE_MS = 2_000
/** One could be a cosmic ray. */
export const DEFAULT_MAX_INVALID_BLOCKS = 3
