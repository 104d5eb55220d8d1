import type { RewardParams } from '@poai/core'

/** How often the subsidy has been halved for a block. Era 0 begins at block 1: nobody mined the genesis block. */
function eraOf(rewards: RewardParams, number: bigint): bigint {
  return (number - 1n) / rewards.halvingBlocks
}

/**
 * New coins that a block's beneficiary gets, in wei: halved every `halvingBlocks` blocks, rounded down, to nothing in
 * the end.
 */
export function subsidy(rewards: RewardParams, number: bigint): bigint {
  if (number === 0n) return 0n
  return rewards.initialWei >> eraOf(rewards, number)
}

/** All new coins of the blocks 1..number, in wei. */
export function issuedThrough(rewards: RewardParams, number: bigint): bigint {
  let issued = 0n
  let rest = number
  for (let perBlock = rewards.initialWei; perBlock > 0n; perBlock >>= 1n) {
    const blocks = rest < rewards.halvingBlocks ? rest : rewards.halvingBlocks
    issued += perBlock * blocks
    rest -= blocks
  }
  return issued
}

/** `initialWei` has at most 96 bits: after so many halvings nothing is left. */
const MAX_ERAS = 96n

/** All new coins that there will ever be, in wei. Genesis balances come on top, burnt base fees go off. */
export function maxIssuance(rewards: RewardParams): bigint {
  return issuedThrough(rewards, MAX_ERAS * rewards.halvingBlocks)
}
