import { parseNetworkParams } from '@poai/core'
import { OWNERS_CALL } from '@poai/testing/call-method'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { netVersionMethod, web3Methods } from '../../../src/methods/net-web3.ts'
import { nodeMethods } from '../../../src/methods/poai/node.ts'
import { rpcModulesMethod } from '../../../src/methods/rpc-modules.ts'
import { type OpenMethods, openMethods } from '../../support/open-methods.ts'

let methods: OpenMethods

beforeAll(async () => {
  methods = await openMethods((context) => [
    ...nodeMethods(context),
    ...web3Methods(context),
    netVersionMethod(context),
  ])
})

afterAll(() => methods.close())

it('gives all parameters of the network', async () => {
  expect(parseNetworkParams(await methods.call('poai_networkParams'))).toEqual(methods.params)
})

it('says so where there is no status', async () => {
  expect(await methods.refusal('poai_nodeStatus')).toMatchObject({ code: -32_004 })
})

it('names the program and the network', async () => {
  expect(await methods.call('web3_clientVersion')).toBe('poai/test')
  expect(await methods.call('net_version')).toBe(String(methods.params.chainId))
  // keccak256 of nothing.
  expect(await methods.call('web3_sha3', '0x')).toMatch(/^0xc5d24601/)
})

it('names the namespaces that the client may use', async () => {
  const modules = rpcModulesMethod(
    [{ name: 'eth_call' }, { name: 'debug_getRawHeader' }],
    (name) => name === 'eth_call',
  )
  const session = { ...OWNERS_CALL.session, isTrusted: false }
  expect(await modules.invoke([], OWNERS_CALL)).toEqual({ rpc: '1.0', debug: '1.0', eth: '1.0' })
  expect(await modules.invoke([], { ...OWNERS_CALL, session })).toEqual({ rpc: '1.0', eth: '1.0' })
})
