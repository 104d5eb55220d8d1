import { devnet, networkParamsToJson, parseNetworkParams } from '@poai/core'
import { describe, expect, it } from 'vitest'
import { parseExam } from '../../src/nodes/exam-view.ts'
import { parseNodeSnapshot } from '../../src/nodes/node-snapshot.ts'
import { RunningTotal } from '../../src/nodes/running-total.ts'
import { deriveNetwork } from '../../src/plan/derive-network.ts'
import { nodeArguments } from '../../src/plan/node-arguments.ts'
import { readTestnetDefinition } from '../../src/plan/testnet-definition.ts'
import { type PlannedNode, planTestnet, type TestnetPlanOptions } from '../../src/plan/testnet-plan.ts'
import { createSeededRandom } from '../../src/stress/seeded-random.ts'

const { accounts } = await readTestnetDefinition()

function plan(changes: Partial<TestnetPlanOptions> = {}): readonly PlannedNode[] {
  const peerPorts = [1, 2, 3, 4]
  return planTestnet({
    directory: '/d',
    nodes: 4,
    miners: 2,
    peerPorts,
    httpPort: 8545,
    accounts,
    cores: 2,
    engines: { validator: 'llama', rpc: 'wasm' },
    ...changes,
  })
}

describe('the plan', () => {
  it('has miners first, then validators, and one that serves JSON-RPC', () => {
    expect(plan().map(({ name, role, httpPort }) => [name, role, httpPort])).toEqual([
      ['node-1', 'miner', undefined],
      ['node-2', 'miner', undefined],
      ['node-3', 'validator', undefined],
      ['node-4', 'rpc', 8545],
    ])
    expect(plan({ nodes: 1, miners: 1 }).map(({ role }) => role)).toEqual(['miner+rpc'])
  })

  it('pays every miner to an account of its own', () => {
    const beneficiaries = plan().map(({ mining }) => mining?.beneficiary)
    expect(beneficiaries).toEqual([accounts[9]?.address, accounts[8]?.address, undefined, undefined])
  })

  it('gives miners the cores, and leaves one to the others', () => {
    expect(plan().map(({ workers }) => workers)).toEqual([1, 1, 1, 1])
    expect(plan({ cores: 9 }).map(({ workers }) => workers)).toEqual([4, 4, 1, 1])
    expect(plan({ cores: 9, nodes: 2, miners: 2 }).map(({ workers }) => workers)).toEqual([4, 4])
  })

  it('has judges that run other engines than the miners', () => {
    const enginesOf = (changes: Partial<TestnetPlanOptions>): readonly string[] =>
      plan(changes).map(({ engine }) => engine)
    expect(enginesOf({})).toEqual(['auto', 'auto', 'llama', 'wasm'])
    expect(enginesOf({ nodes: 6 })).toEqual(['auto', 'auto', 'llama', 'auto', 'auto', 'wasm'])
    expect(enginesOf({ nodes: 3 })).toEqual(['auto', 'auto', 'wasm'])
    expect(enginesOf({ miners: 4 })).toEqual(['auto', 'auto', 'auto', 'auto'])
  })

  it('says to each node who it is', () => {
    const settings = { network: 'n.json', home: '/h', host: '127.0.0.1', nodes: 3 }
    const [miner, , validator, server] = plan()
    expect(nodeArguments(validator as PlannedNode, settings).join(' ')).toMatch(/--engine llama$/)
    expect(nodeArguments(miner as PlannedNode, settings)).not.toContain('--engine')
    expect(nodeArguments(miner as PlannedNode, settings).join(' ')).toMatch(
      /^node .*--p2p-port 1 .*--mine --beneficiary 0x/,
    )
    expect(nodeArguments(server as PlannedNode, settings).join(' ')).toMatch(/--http-port 8545$/)
    const alone = nodeArguments(miner as PlannedNode, { ...settings, nodes: 1 })
    expect(alone).toContain('--mine-alone')
    const agreeing = [1, 3, 9].map((nodes) => nodeArguments(miner as PlannedNode, { ...settings, nodes }))
    expect(agreeing.map((all) => all[all.indexOf('--finality-peers') + 1])).toEqual(['0', '2', '3'])
  })
})

describe('a network with another pace', () => {
  it('keeps to the rules of all networks', () => {
    for (const spacingSeconds of [1, 2, 5, 60, 3600]) {
      const derived = deriveNetwork(devnet, { spacingSeconds })
      expect(parseNetworkParams(networkParamsToJson(derived)).difficulty.spacingSeconds).toBe(spacingSeconds)
      expect(derived.time.maxFutureSeconds).toBeLessThanOrEqual(spacingSeconds)
    }
    const { initialTarget, halfLifeSeconds } = deriveNetwork(devnet, { spacingSeconds: 10 }).difficulty
    expect(initialTarget).toBe(devnet.difficulty.initialTarget / 2n)
    expect(halfLifeSeconds).toBe(2 * devnet.difficulty.halfLifeSeconds)
  })

  it('is the network itself when nothing changes', () => {
    expect(deriveNetwork(devnet, {})).toBe(devnet)
    expect(deriveNetwork(devnet, { spacingSeconds: 5 })).toBe(devnet)
  })
})

describe('what nodes say', () => {
  it('is read with what is there', () => {
    const snapshot = parseNodeSnapshot(
      {
        head: { number: 7, hash: '0xaa', difficulty: '0x100' },
        state: { name: 'mining', detail: 'x' },
        peers: 3,
        miner: { attemptsPerSecond: 1.5, attempts: 9 },
        replays: { total: 4, perSecond: 0.5, failed: 1 },
        engine: { program: 'native' },
      },
      'node',
    )
    expect(snapshot).toMatchObject({
      height: 7,
      difficulty: 256,
      state: 'mining',
      peers: 3,
      attempts: 9,
      failedReplays: 1,
      engine: 'native',
    })
    expect(parseNodeSnapshot({ head: { hash: '0xaa' } }, 'node').engine).toBe('')
    expect(() => parseNodeSnapshot({ head: {} }, 'node')).toThrow('gives no status')
    expect(() => parseNodeSnapshot(null, 'node')).toThrow('gives no status')
  })

  it('may be no exam', () => {
    expect(parseExam(null)).toBeUndefined()
    expect(parseExam({ quizzes: [] })).toBeUndefined()
  })
})

it('counts go on over restarts', () => {
  const total = new RunningTotal()
  for (const value of [0, 5, 9, 0, 2, 7, 3]) total.update(value)
  expect(total.total).toBe(9 + 7 + 3)
})

it('a seed always gives the same numbers', () => {
  const numbersOf = (seed: string): number[] => {
    const random = createSeededRandom(seed)
    return Array.from({ length: 20 }, () => random.below(10))
  }
  expect(numbersOf('1')).toEqual(numbersOf('1'))
  expect(numbersOf('1')).not.toEqual(numbersOf('2'))
  expect(new Set(numbersOf('3')).size).toBeGreaterThan(4)
  expect(() => createSeededRandom('1').pick([])).toThrow(RangeError)
})

it('the development accounts are those of the devnet', () => {
  const funded = devnet.genesis.accounts.map(({ address }) => Buffer.from(address).toString('hex'))
  expect(accounts.map(({ address }) => address.slice(2).toLowerCase())).toEqual(funded)
})
