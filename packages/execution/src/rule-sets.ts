import { Hardfork as EvmHardfork } from '@ethereumjs/common'
import type { CustomPrecompile } from '@ethereumjs/evm'
import { type Hardfork, type RuleSchedule, rulesAt } from '@poai/core'
import { type BlockBeginning, keepParentHash } from './block/block-history.ts'
import { osakaPrecompiles, type PrecompilePlace, restingPrecompiles } from './evm/resting-precompiles.ts'
import type { WorldState } from './state/world-state.ts'
import { floorGas, intrinsicGas } from './transaction/intrinsic-gas.ts'
import type { TransactionRules } from './transaction/transaction-rules.ts'

/** What the name of a hardfork in a network's parameters means here. */
export interface RuleSet {
  /** EthereumJS's table of instructions and prices to begin with. */
  readonly evm: EvmHardfork
  /** Rules of later forks that are in force already. */
  readonly eips: readonly number[]
  readonly transactions: TransactionRules
  /** Precompiles that replace EthereumJS's, or come beside them. */
  readonly precompiles: (place: PrecompilePlace) => CustomPrecompile[]
  /** What a block does before its transactions. */
  readonly beginBlock: (world: WorldState, block: BlockBeginning) => void
}

/** EIP-3860: twice the limit of deployed code. */
const MAX_INIT_CODE_BYTES = 49_152
/** EIP-7825 */
const MAX_TRANSACTION_GAS: bigint = 1n << 24n

/**
 * Every rule set: a new one is a row here and a name in `HARDFORKS` of core.
 *
 * Cancun comes with two rules of Osaka about modular exponentiation (0x05), ahead of their fork: numbers of at most
 * 1,024 bytes (EIP-7823) and a price that fits the work (EIP-7883). Under Cancun's price a block of exponents could
 * take hours to execute (ADR 16).
 *
 * Osaka is Ethereum's without what needs blobs or a beacon chain: ADR 31 says what is left out.
 */
export const RULE_SETS: Readonly<Record<Hardfork, RuleSet>> = {
  cancun: {
    evm: EvmHardfork.Cancun,
    eips: [7823, 7883],
    transactions: {
      types: [0, 1, 2],
      maxGas: undefined,
      maxInitCodeBytes: MAX_INIT_CODE_BYTES,
      intrinsicGas,
      floorGas: () => 0n,
    },
    precompiles: restingPrecompiles,
    beginBlock: () => undefined,
  },
  osaka: {
    evm: EvmHardfork.Osaka,
    eips: [],
    transactions: {
      types: [0, 1, 2, 4],
      maxGas: MAX_TRANSACTION_GAS,
      maxInitCodeBytes: MAX_INIT_CODE_BYTES,
      intrinsicGas,
      floorGas,
    },
    precompiles: osakaPrecompiles,
    beginBlock: keepParentHash,
  },
}

/** The rules that a transaction in the block with that number must keep before anything is executed. */
export function transactionRulesAt(schedule: RuleSchedule, number: bigint): TransactionRules {
  return RULE_SETS[rulesAt(schedule, number).hardfork].transactions
}
