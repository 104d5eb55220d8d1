import { devnet, networkParamsToJson, parseNetworkParams } from '@poai/core'
import { describe, expect, it } from 'vitest'
import { deriveNetwork } from '../../src/plan/derive-network.ts'
import { nodeArguments } from '../../src/plan/node-arguments.ts'
import { readTestnetDefinition } from '../../src/plan/testnet-definition.ts'
import { type PlannedNode, planTestnet, type TestnetPlanOptions } from '../../src/plan/testnet-plan.ts'

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
    const open = { ...settings, corsOrigins: 'https://a.example' }
    expect(nodeArguments(server as PlannedNode, open).join(' ')).toMatch(/--http-cors https:\/\/a.example$/)
    expect(nodeArguments(miner as PlannedNode, open)).not.toContain('--http-cors')
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

it('the development accounts are those of the devnet', () => {
  const funded = devnet.genesis.accounts.map(({ address }) => Buffer.from(address).toString('hex'))
  expect(accounts.map(({ address }) => address.slice(2).toLowerCase())).toEqual(funded)
})
