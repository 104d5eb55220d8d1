import { RpcError } from '@poai/api'
import { bytesToHex } from '@poai/core'
import { callMethod } from '@poai/testing/call-method'
import { testWallet } from '@poai/testing/chain'
import { expect, it } from 'vitest'
import { minerMethods } from '../../../src/index.ts'
import { openMiningFixture, TEST_BENEFICIARY } from '../../support/mining-fixture.ts'

it('tells of the miner, and does what its owner wants', async () => {
  const miner = (await openMiningFixture()).miner()
  const methods = minerMethods({ isPaid: true }, { now: miner, require: () => miner })
  await miner.start()
  expect(await callMethod(methods, 'miner_stop')).toBe(true)
  expect(miner.status.state).toBe('paused')
  expect(await callMethod(methods, 'eth_mining')).toBe(false)
  expect(await callMethod(methods, 'miner_status')).toMatchObject({ state: 'paused', attempts: 0, best: null })
  expect(await callMethod(methods, 'miner_start')).toBe(true)
  expect(miner.status.state).not.toBe('paused')
  expect(await callMethod(methods, 'eth_coinbase')).toBe(bytesToHex(TEST_BENEFICIARY))
  expect(await callMethod(methods, 'eth_hashrate')).toMatch(/^0x/)
})

it('mines for nobody only once somebody is named', async () => {
  const miner = (await openMiningFixture()).miner()
  miner.pause()
  const methods = minerMethods({ isPaid: false }, { now: miner, require: () => miner })
  await miner.start()
  await expect(callMethod(methods, 'miner_start')).rejects.toMatchObject({
    code: -32_000,
    message: 'nobody would be paid for blocks',
  })
  expect(miner.status.state).toBe('paused')
  const account = bytesToHex(testWallet('an owner').address)
  expect(await callMethod(methods, 'miner_setEtherbase', account)).toBe(true)
  expect(await callMethod(methods, 'miner_start')).toBe(true)
  expect(await callMethod(methods, 'eth_coinbase')).toBe(account)
})

it('before there is a miner, nothing is mined and nothing can be changed', async () => {
  const missing = new RpcError('unavailable', 'not yet')
  const fail = (): never => {
    throw missing
  }
  const methods = minerMethods({ isPaid: true }, { now: undefined, require: fail })
  expect(await callMethod(methods, 'eth_mining')).toBe(false)
  expect(await callMethod(methods, 'eth_hashrate')).toBe('0x0')
  for (const name of ['eth_coinbase', 'miner_start', 'miner_stop', 'miner_status'] as const)
    await expect(callMethod(methods, name)).rejects.toBe(missing)
})
