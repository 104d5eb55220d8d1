import { bytesToHex } from '@poai/core'
import { signTransaction, WALLETS, type Wallet } from '@poai/testing/chain'
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

it('lets go of transactions whose senders no longer wait', async () => {
  const { ask, url, params, chain } = await openRpcFixture()
  const wallets = WALLETS.slice(0, 4)
  const method = 'eth_sendRawTransactionSync'
  const signed = (wallet: Wallet, nonce: number): string =>
    bytesToHex(signTransaction(params.chainId, wallet, { nonce: BigInt(nonce), to: wallet.address }).bytes)
  const client = new AbortController()
  // As many as may wait in all; on this machine each connection is a client of its own.
  const waiting = wallets.flatMap((wallet) =>
    Array.from({ length: 64 / wallets.length }, (_, nonce) => {
      const body = JSON.stringify({ jsonrpc: '2.0', id: 1, method, params: [signed(wallet, nonce)] })
      const headers = { 'content-type': 'application/json' }
      return fetch(url, { method: 'POST', body, headers, signal: client.signal }).catch((error: Error) => error.name)
    }),
  )
  while (chain.mempool.size.pending < 64) await new Promise((resolve) => setTimeout(resolve, 5))
  const another = [signed(wallets[0] as Wallet, 63), 1]
  expect((await ask(method, another)).error).toMatchObject({ code: -32_005 })
  client.abort()
  expect(await Promise.all(waiting)).toEqual(Array(64).fill('AbortError'))
  let code = -32_005
  while (code === -32_005) code = (await ask(method, another)).error?.code ?? 0
  expect(code).toBe(4)
})
