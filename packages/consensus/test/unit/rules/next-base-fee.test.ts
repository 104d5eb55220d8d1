import { nextBaseFee } from '@poai/consensus'
import { devnet } from '@poai/core'
import { describe, expect, it } from 'vitest'

const GWEI = 1_000_000_000n

describe('the base fee', () => {
  // limit, used, fee, next: the EIP's formula worked out by hand for elasticity 2 and divisor 8.
  it.each<[gasLimit: bigint, gasUsed: bigint, fee: bigint, next: bigint]>([
    [30_000_000n, 15_000_000n, GWEI, GWEI],
    [30_000_000n, 30_000_000n, GWEI, 1_125_000_000n],
    [30_000_000n, 0n, GWEI, 875_000_000n],
    [30_000_000n, 22_500_000n, GWEI, 1_062_500_000n],
    [30_000_000n, 7_500_000n, GWEI, 937_500_000n],
    [30_000_000n, 15_000_001n, GWEI, 1_000_000_008n],
    [30_000_000n, 14_999_999n, GWEI, 999_999_992n],
    // Up by at least one wei, down by as little as nothing.
    [30_000_000n, 15_000_001n, 100n, 101n],
    [30_000_000n, 15_000_001n, 0n, 1n],
    [30_000_000n, 30_000_000n, 8n, 9n],
    [30_000_000n, 30_000_000n, 16n, 18n],
    [30_000_000n, 0n, 7n, 7n],
    [30_000_000n, 0n, 8n, 7n],
    [30_000_000n, 0n, 0n, 0n],
    // An odd limit: the target is rounded down.
    [5001n, 2500n, GWEI, GWEI],
    [5001n, 5001n, GWEI, 1_125_050_000n],
  ])('after %i limit, %i used and a fee of %i is %i', (gasLimit, gasUsed, baseFeePerGas, next) => {
    expect(nextBaseFee(devnet, { number: 1n, gasLimit, gasUsed, baseFeePerGas })).toBe(next)
  })

  it('takes its numbers from the network', () => {
    const network = { ...devnet, gas: { ...devnet.gas, elasticity: 4n, baseFeeDivisor: 50n } }
    const parent = { number: 1n, gasLimit: 40_000_000n, baseFeePerGas: GWEI }
    expect(nextBaseFee(network, { ...parent, gasUsed: 10_000_000n })).toBe(GWEI)
    expect(nextBaseFee(network, { ...parent, gasUsed: 20_000_000n })).toBe(1_020_000_000n)
    expect(nextBaseFee(network, { ...parent, gasUsed: 0n })).toBe(980_000_000n)
  })
})
