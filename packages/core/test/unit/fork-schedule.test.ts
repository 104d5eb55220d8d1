import { describe, expect, it } from 'vitest'
import {
  bytesToHex,
  devnet,
  type Fork,
  genesisHash,
  type JsonValue,
  NetworkParamsError,
  networkParamsToJson,
  parseNetworkParams,
} from '../../src/index.ts'
import { FORKS, forked } from '../support/forked-network.ts'

function faultsOf(forks: unknown): readonly string[] {
  try {
    parseNetworkParams({ ...(networkParamsToJson(devnet) as Record<string, JsonValue>), forks })
  } catch (error) {
    if (error instanceof NetworkParamsError) {
      return error.faults.map(({ path, expected, actual }) => `${path}: ${expected}; ${actual}`)
    }
    throw error
  }
  return []
}

const fork = (number: unknown, changes: unknown, more: object = {}): unknown => ({
  name: 'next',
  number,
  changes,
  ...more,
})

const gas = { gas: { minLimit: 6_000 } }

describe('the schedule of forks in JSON', () => {
  it('comes back as it was', () => {
    expect(parseNetworkParams(networkParamsToJson(forked))).toEqual(forked)
    const written = networkParamsToJson(forked) as { readonly forks: readonly { readonly changes: unknown }[] }
    expect(written.forks[0]?.changes).toEqual({
      difficulty: { spacingSeconds: 8 },
      gas: { minLimit: 6_000 },
      limits: { extraDataBytes: 33 },
    })
  })

  it('may be left out, and is left out where there is none', () => {
    const json = networkParamsToJson(devnet) as Record<string, JsonValue>
    expect(json).not.toHaveProperty('forks')
    expect(parseNetworkParams(json).forks).toEqual([])
    expect(parseNetworkParams({ ...json, forks: [] })).toEqual(devnet)
  })

  it('does not change the genesis block: nobody knew of it then', () => {
    expect(bytesToHex(genesisHash(forked))).toBe(bytesToHex(genesisHash(devnet)))
  })

  it.each<[string, unknown, readonly string[]]>([
    ['block 0', [fork(0, gas)], [`forks[0].number: an integer from 1 to ${(1n << 64n) - 1n}; 0`]],
    ['block 1, which is the first', [fork(1, gas)], []],
    ['an order that falls', [fork(20, gas), fork(19, gas)], ['forks[1].number: above 20, in rising order; 19']],
    ['two at one height', [fork(20, gas), fork(20, gas)], ['forks[1].number: above 20, in rising order; 20']],
    ['two at neighbouring heights', [fork(20, gas), fork(21, gas)], []],
    ['no changes', [fork(5, {})], ['forks[0].changes: at least one rule; none']],
    [
      'a section without changes',
      [fork(5, { gas: {}, work: { exam: {} } })],
      ['forks[0].changes: at least one rule; none'],
    ],
    ['an unknown section', [fork(5, { weather: 1 })], [expect.stringContaining('forks[0].changes.weather: one of')]],
    [
      'an unknown rule',
      [fork(5, { gas: { price: 1 } })],
      ['forks[0].changes.gas.price: one of minLimit, limitDivisor, elasticity, baseFeeDivisor; an unknown name'],
    ],
    [
      'what only the genesis block has',
      [fork(5, { gas: { initialLimit: 30_000_000 } })],
      [expect.stringContaining('forks[0].changes.gas.initialLimit: one of')],
    ],
    ['the chain id', [fork(5, { chainId: 5 })], [expect.stringContaining('forks[0].changes.chainId: one of')]],
    [
      'a rule set that this program does not know',
      [fork(5, { hardfork: 'amsterdam' })],
      ['forks[0].changes.hardfork: one of cancun, osaka; "amsterdam"'],
    ],
    ['a fork without a name', [{ number: 5, changes: gas }], [expect.stringContaining('forks[0].name: 1 to 32')]],
    ['an unknown member', [fork(5, gas, { height: 5 })], [expect.stringContaining('forks[0].height: one of')]],
    [
      'too many',
      Array.from({ length: 65 }, (_, index) => fork(index + 1, gas)),
      ['forks: a list of at most 64; 65 entries'],
    ],
    [
      'a limit beyond the codec',
      [fork(5, { limits: { bodyBytes: 2 ** 21 + 1 } })],
      [expect.stringContaining('forks[0].changes.limits.bodyBytes: an integer from 1024 to 2097152')],
    ],
    [
      'a target above the easiest one',
      [fork(5, { difficulty: { initialTarget: '0x2', easiestTarget: 1 } })],
      ['forks[0].changes.difficulty.initialTarget: at most difficulty.easiestTarget; 2'],
    ],
    ['an easiest target below the first one of the network', [fork(5, { difficulty: { easiestTarget: 1 } })], []],
    ['the largest divisor of the gas limit', [fork(5, { gas: { minLimit: 6_000, limitDivisor: 6_000 } })], []],
    [
      'a divisor after which no gas limit is right',
      [fork(5, { gas: { minLimit: 6_000, limitDivisor: 6_001 } })],
      ['forks[0].changes.gas.limitDivisor: at most gas.minLimit (6000); 6001'],
    ],
    [
      'an exam without room for questions',
      [fork(5, gas), fork(6, { work: { exam: { tokens: 32 } } })],
      [expect.stringContaining('forks[1].changes.work.exam.tokens: at least')],
    ],
    [
      'an epoch that does not begin with the fork',
      [fork(21, { work: { epochBlocks: 20 } })],
      ["forks[0].changes.work.epochBlocks: a divisor of the fork's number (21), so that the fork begins an epoch; 20"],
    ],
    [
      'another model with the old vectors',
      [fork(5, { work: { model: 'other', modelSha256: `0x${'11'.repeat(32)}` } })],
      ['forks[0].changes.work.vectorsSha256: the vectors of the new model in the new domain; those of the old one'],
    ],
  ])('with %s', (_, forks, faults) => {
    expect(faultsOf(forks)).toEqual(faults)
  })

  it('has a case for each section that a fork can change', () => {
    const changed = new Set(FORKS.flatMap(({ changes }: Fork) => Object.keys(changes)))
    expect([...changed].sort()).toEqual(['difficulty', 'gas', 'hardfork', 'limits', 'rewards', 'time', 'work'])
  })
})
