import type { Chain } from '@poai/chain'
import type { AttemptSearcher } from '@poai/consensus'
import type { Address, Clock, Logger, RuleSchedule } from '@poai/core'
import type { MiningGate } from './mining-gate.ts'
import type { NonceRanges } from './nonce-ranges.ts'

/** What a miner is told. */
export interface MinerOptions {
  readonly params: RuleSchedule
  readonly beneficiary: Address
  /** Workers of the engine that are to be kept busy. */
  readonly workers: number
  /** In every block's header. */
  readonly extraData?: Uint8Array
  /** The gas limit moves towards this. Default: the network's initial one. */
  readonly gasLimitGoal?: bigint
  /** A template is made anew after so long, so that its time is right. Default {@link DEFAULT_TEMPLATE_AGE_MS}. */
  readonly templateAgeMs?: number
  /** Own blocks in a row that may break a rule before the miner stops. Default {@link DEFAULT_MAX_INVALID_BLOCKS}. */
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
