import { type RewardParams, type RuleSchedule, rulesAt, rulesOf } from '@poai/core'

/** How often the subsidy has been halved for a block. Era 0 begins at block 1: nobody mined the genesis block. */
function eraOf(rewards: RewardParams, number: bigint): bigint {
  return (number - 1n) / rewards.halvingBlocks
}

/**
 * New coins that a block's beneficiary gets, in wei: halved every `halvingBlocks` blocks, rounded down, to nothing in
 * the end. Eras are counted from block 1, also after a fork.
 */
export function subsidy(schedule: RuleSchedule, number: bigint): bigint {
  if (number === 0n) return 0n
  const { rewards } = rulesAt(schedule, number)
  return rewards.initialWei >> eraOf(rewards, number)
}

/** What the blocks 1..number would bring if all of them had these rewards. */
function issuedBy(rewards: RewardParams, number: bigint): bigint {
  let issued = 0n
  let rest = number
  for (let perBlock = rewards.initialWei; perBlock > 0n; perBlock >>= 1n) {
    const blocks = rest < rewards.halvingBlocks ? rest : rewards.halvingBlocks
    issued += perBlock * blocks
    rest -= blocks
  }
  return issued
}

/** All new coins of the blocks 1..number, in wei. */
export function issuedThrough(schedule: RuleSchedule, number: bigint): bigint {
  let issued = 0n
  let last = number
  for (const { rewards, since } of rulesOf(schedule).toReversed()) {
    if (since > last) continue
    const before = since === 0n ? 0n : since - 1n
    issued += issuedBy(rewards, last) - issuedBy(rewards, before)
    last = before
  }
  return issued
}

/** `initialWei` has at most 96 bits: after so many halvings nothing is left. */
const MAX_ERAS = 96n

/** All new coins that there will ever be, in wei. Genesis balances come on top, burnt base fees go off. */
export function maxIssuance(schedule: RuleSchedule): bigint {
  const last = rulesOf(schedule).at(-1)
  if (last === undefined) return 0n
  return issuedThrough(schedule, last.since + MAX_ERAS * last.rewards.halvingBlocks)
}
