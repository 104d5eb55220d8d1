import type { RuleSchedule } from '@poai/core'
import { subsidy } from './subsidy.ts'

/** What one transaction paid for its gas. */
export interface GasPayment {
  readonly gasUsed: bigint
  /** In wei, at least the block's base fee. */
  readonly effectiveGasPrice: bigint
}

/** A block as far as its reward depends on it. */
export interface RewardedBlock {
  readonly number: bigint
  readonly baseFeePerGas: bigint
  readonly payments: readonly GasPayment[]
}

/** How a block's money is split, in wei. */
export interface BlockReward {
  /** New coins, to the beneficiary. */
  readonly subsidy: bigint
  /** What transactions paid above the base fee, to the beneficiary. */
  readonly tips: bigint
  /** The base fee of all gas: nobody gets it (EIP-1559). */
  readonly burnt: bigint
}

/** The money that a block moves besides what its transactions say. */
export function blockReward(schedule: RuleSchedule, block: RewardedBlock): BlockReward {
  let tips = 0n
  let burnt = 0n
  for (const { gasUsed, effectiveGasPrice } of block.payments) {
    tips += gasUsed * (effectiveGasPrice - block.baseFeePerGas)
    burnt += gasUsed * block.baseFeePerGas
  }
  return { subsidy: subsidy(schedule, block.number), tips, burnt }
}
