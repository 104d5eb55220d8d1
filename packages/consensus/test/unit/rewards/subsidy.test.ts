import { blockReward, issuedThrough, maxIssuance, subsidy } from '@poai/consensus'
import { BUILT_IN_NETWORKS, devnet, type NetworkParams, type RewardParams } from '@poai/core'
import { describe, expect, it } from 'vitest'

const scheduleOf = (rewards: RewardParams): NetworkParams => ({ ...devnet, rewards })
const small = scheduleOf({ initialWei: 1000n, halvingBlocks: 10n })

describe('the subsidy', () => {
  it('is nothing for the genesis block, and halves after every halvingBlocks blocks', () => {
    expect(subsidy(small, 0n)).toBe(0n)
    expect([1n, 10n, 11n, 20n, 21n].map((number) => subsidy(small, number))).toEqual([1000n, 1000n, 500n, 500n, 250n])
  })

  it('rounds down, and ends', () => {
    // 1000 = 0b1111101000: era 9 pays 1, era 10 nothing.
    expect(subsidy(small, 71n)).toBe(7n)
    expect(subsidy(small, 100n)).toBe(1n)
    expect(subsidy(small, 101n)).toBe(0n)
    expect(subsidy(small, (1n << 64n) - 1n)).toBe(0n)
    expect(subsidy(scheduleOf({ initialWei: (1n << 96n) - 1n, halvingBlocks: 1n }), 1n << 63n)).toBe(0n)
  })

  it('of the built-in networks is 5 POAI, halved every four years', () => {
    const fourYearsSeconds = 4n * 31_557_600n
    for (const network of Object.values(BUILT_IN_NETWORKS)) {
      const { rewards, difficulty } = network
      expect(subsidy(network, 1n)).toBe(5n * 10n ** 18n)
      expect(rewards.halvingBlocks * BigInt(difficulty.spacingSeconds)).toBe(fourYearsSeconds)
    }
  })
})

describe('the supply', () => {
  it('is the sum of all subsidies, block by block', () => {
    let issued = 0n
    for (let number = 0n; number <= 120n; number++) {
      issued += subsidy(small, number)
      expect(issuedThrough(small, number), `block ${number}`).toBe(issued)
    }
    expect(maxIssuance(small)).toBe(issued)
    // 10 x (1000 + 500 + 250 + 125 + 62 + 31 + 15 + 7 + 3 + 1)
    expect(maxIssuance(small)).toBe(19_940n)
  })

  it.each(Object.values(BUILT_IN_NETWORKS))('of $name is exact to the wei, era by era', (network) => {
    const { halvingBlocks } = network.rewards
    let issued = 0n
    let eras = 0n
    for (; subsidy(network, eras * halvingBlocks + 1n) > 0n; eras++) {
      const first = eras * halvingBlocks + 1n
      const last = first + halvingBlocks - 1n
      expect(subsidy(network, last)).toBe(subsidy(network, first))
      issued += halvingBlocks * subsidy(network, first)
      expect(issuedThrough(network, last)).toBe(issued)
      expect(issuedThrough(network, last - 1n)).toBe(issued - subsidy(network, last))
    }
    expect(eras).toBe(63n) // 5 x 10^18 has 63 bits
    expect(maxIssuance(network)).toBe(issued)
    expect(issuedThrough(network, (1n << 64n) - 1n)).toBe(issued)
  })

  it('of the devnet is just under 252,460,800 POAI', () => {
    expect(maxIssuance(devnet)).toBe(252_460_799_999_999_999_520_324_480n)
  })
})

describe('the reward of a block', () => {
  it('is the subsidy and the tips; the base fee is burnt', () => {
    const payments = [
      { gasUsed: 21_000n, effectiveGasPrice: 12n },
      { gasUsed: 50_000n, effectiveGasPrice: 10n },
    ]
    expect(blockReward(small, { number: 11n, baseFeePerGas: 10n, payments })).toEqual({
      subsidy: 500n,
      tips: 42_000n,
      burnt: 710_000n,
    })
    expect(blockReward(small, { number: 1n, baseFeePerGas: 10n, payments: [] })).toEqual({
      subsidy: 1000n,
      tips: 0n,
      burnt: 0n,
    })
  })
})
