import type { CapabilitiesJson, ConfigsJson } from '@poai/api/client'
import { bytesToHex, type Fork, forkIdAt, type NetworkParams } from '@poai/core'
import { testNetwork } from '@poai/testing/chain'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { configMethods } from '../../../src/methods/eth/config.ts'
import { type OpenMethods, openMethods } from '../../support/open-methods.ts'

let methods: OpenMethods

beforeAll(async () => {
  methods = await openMethods(configMethods)
  await methods.mine(2)
})

afterAll(() => methods.close())

it('tells the rules of a network without forks', async () => {
  const { current, next, last } = (await methods.call('eth_config')) as ConfigsJson
  expect({ next, last }).toEqual({ next: null, last: null })
  expect(current).toMatchObject({
    activationTime: Number(testNetwork.genesis.timestamp),
    chainId: `0x${testNetwork.chainId.toString(16)}`,
    forkId: bytesToHex(forkIdAt(testNetwork, 0n).hash).slice(0, 10),
    precompiles: { ECREC: `0x${'1'.padStart(40, '0')}`, KZG_POINT_EVALUATION: `0x${'a'.padStart(40, '0')}` },
  })
})

it('estimates when a fork will come, and knows when it came', async () => {
  const fork: Fork = { name: 'lower', number: 3n, changes: { gas: { minLimit: 4_999n } } }
  const params: NetworkParams = { ...testNetwork, forks: [fork] }
  const forking = await openMethods(configMethods, {}, params)
  const ahead = (await forking.call('eth_config')) as ConfigsJson
  const { spacingSeconds } = params.difficulty
  expect(ahead.next?.activationTime).toBe(Number(params.genesis.timestamp) + Number(fork.number) * spacingSeconds)
  expect(ahead.last).toEqual(ahead.next)
  await forking.mine(Number(fork.number))
  const behind = (await forking.call('eth_config')) as ConfigsJson
  expect(behind).toMatchObject({ next: null, last: null, current: { forkId: ahead.next?.forkId } })
  expect(behind.current.activationTime).toBe(Number(forking.chain.queries.header(fork.number)?.timestamp))
  await forking.close()
})

it('tells what a new rule set brings: precompiles and system contracts', async () => {
  const fork: Fork = { name: 'osaka', number: 1n, changes: { hardfork: 'osaka' } }
  const forking = await openMethods(configMethods, {}, { ...testNetwork, forks: [fork] })
  const { current, next } = (await forking.call('eth_config')) as ConfigsJson
  const added = Object.keys(next?.precompiles ?? {}).filter((name) => !(name in current.precompiles))
  expect(added).toEqual([
    ...['BLS12_G1ADD', 'BLS12_G1MSM', 'BLS12_G2ADD', 'BLS12_G2MSM', 'BLS12_PAIRING_CHECK'],
    ...['BLS12_MAP_FP_TO_G1', 'BLS12_MAP_FP2_TO_G2', 'P256VERIFY'],
  ])
  expect(current.systemContracts).toEqual({})
  expect(next?.systemContracts).toEqual({ HISTORY_STORAGE_ADDRESS: '0x0000f90827f1c53a10cb7a02335b175320002935' })
  await forking.mine()
  expect(await forking.call('eth_config')).toMatchObject({ next: null, current: { precompiles: next?.precompiles } })
  await forking.close()
})

it('says from which blocks on there is something', async () => {
  const all = { disabled: false, oldestBlock: '0x0' }
  const newest = { disabled: false, oldestBlock: '0x2', deleteStrategy: { type: 'window', retentionBlocks: '0x1' } }
  const { hash } = methods.chain.head()
  expect(await methods.call('eth_capabilities')).toEqual({
    head: { number: '0x2', hash: bytesToHex(hash) },
    ...{ state: all, tx: all, logs: all, receipts: all, blocks: all, stateproofs: newest },
  })
})

it('says what a pruned node has no more, and that a node may have no proofs', async () => {
  const { chain, trieNodes: _, ...context } = methods.context
  const kept = { oldestState: 9n, oldestBlock: 5n, states: 10n, blocks: 20n } as const
  const queries = { ...chain.queries, keptHeights: () => kept }
  const [, capabilities] = configMethods({ ...context, chain: { ...chain, head: chain.head, queries } })
  const answer = (await capabilities?.invoke([], undefined as never)) as CapabilitiesJson
  const span = (oldestBlock: string, retentionBlocks: string): object => ({
    ...{ disabled: false, oldestBlock },
    deleteStrategy: { type: 'window', retentionBlocks },
  })
  expect(answer).toMatchObject({
    state: span('0x9', '0xa'),
    logs: span('0x5', '0x14'),
    stateproofs: { disabled: true },
  })
})
