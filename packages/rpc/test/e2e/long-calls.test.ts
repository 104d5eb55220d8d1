import { expect, it } from 'vitest'
import { openRpcFixture } from '../support/rpc-fixture.ts'

/** Anybody may say what code a contract has: JUMPDEST; PUSH1 0; JUMP. */
const LOOP = '0x5b600056'
/** Some tenths of a second. */
const GAS = 5_000_000n
const TARGET = `0x${'aa'.repeat(20)}`
const ENDLESS = [{ to: TARGET }, 'latest', { [TARGET]: { code: LOOP } }]

it('answers others while calls compute', async () => {
  const { ask, call } = await openRpcFixture({ server: { limits: { maxCallGas: GAS } } })
  let isDone = false
  const long = Promise.all([1, 2].map(() => ask('eth_call', ENDLESS))).then((answers) => {
    isDone = true
    return answers
  })
  for (let count = 0; count < 5; count++) await call('eth_blockNumber')
  expect(isDone).toBe(false)
  for (const { error } of await long) expect(error?.message).toBe('out of gas')
})

it('gives a call up when its time is over', async () => {
  const { ask, call } = await openRpcFixture({ server: { limits: { callTimeoutMs: 100 } } })
  expect((await ask('eth_call', ENDLESS)).error).toMatchObject({ code: -32_002 })
  expect(await call('eth_blockNumber')).toBe('0x0')
})

it('counts the time that a call computes', async () => {
  // A thousandfold of this for the programs of the same machine: enough for the call by its name, not for what it
  // takes.
  const limits = { costPerSecond: 0.01, costBurst: 0.03, maxCallGas: GAS }
  const { ask } = await openRpcFixture({ server: { limits } })
  expect((await ask('eth_call', ENDLESS)).error?.message).toBe('out of gas')
  expect((await ask('eth_blockNumber')).error).toMatchObject({ code: -32_005 })
})
