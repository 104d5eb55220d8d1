import { bytesToHex } from '@poai/core'
import { LOGGER_WALLET, signTransaction, WALLETS } from '@poai/testing/chain'
import { expect, it, onTestFinished } from 'vitest'
import { WebSocket } from 'ws'
import { askSocket, socketPath } from '../support/ipc-client.ts'
import { openRpcFixture, type RpcFixture } from '../support/rpc-fixture.ts'

/** A WebSocket client that remembers what it was told. */
async function openClient({ url }: RpcFixture): Promise<{
  ask(method: string, params?: readonly unknown[]): Promise<unknown>
  readonly told: unknown[]
}> {
  const socket = new WebSocket(url.replace('http', 'ws'))
  const waiting = new Map<number, (answer: unknown) => void>()
  const told: unknown[] = []
  let last = 0
  socket.on('message', (data) => {
    const message = JSON.parse(String(data)) as {
      readonly id?: number
      readonly result?: unknown
      readonly params?: { readonly result: unknown }
    }
    if (message.id === undefined) told.push(message.params?.result)
    else waiting.get(message.id)?.(message)
  })
  await new Promise((resolve) => socket.once('open', resolve))
  onTestFinished(() => socket.terminate())
  const ask = (method: string, params: readonly unknown[] = []): Promise<unknown> =>
    new Promise((resolve) => {
      const id = ++last
      waiting.set(id, (answer) => resolve((answer as { readonly result?: unknown }).result ?? answer))
      socket.send(JSON.stringify({ jsonrpc: '2.0', id, method, params }))
    })
  return { ask, told }
}

function callLogger({ params }: RpcFixture, nonce: bigint): string {
  const [alice] = WALLETS
  if (alice === undefined) throw new Error('no wallet')
  const data = new Uint8Array(32).fill(5)
  return bytesToHex(
    signTransaction(params.chainId, alice, { nonce, to: LOGGER_WALLET.address, data, gasLimit: 100_000n }).bytes,
  )
}

it('tells WebSocket clients of heads, logs and waiting transactions', async () => {
  const fixture = await openRpcFixture()
  const client = await openClient(fixture)
  expect(await client.ask('eth_subscribe', ['newHeads'])).toMatch(/^0x[1-9a-f][0-9a-f]{0,31}$/)
  await client.ask('eth_subscribe', ['logs', { address: bytesToHex(LOGGER_WALLET.address) }])
  await client.ask('eth_subscribe', ['newPendingTransactions'])
  const sent = await client.ask('eth_sendRawTransaction', [callLogger(fixture, 0n)])
  await fixture.mine()
  // An answer comes after what was told before it.
  await client.ask('eth_blockNumber')
  expect(client.told).toEqual([
    sent,
    expect.objectContaining({ number: '0x1', hash: expect.any(String) }),
    expect.objectContaining({ transactionHash: sent, blockNumber: '0x1', removed: false }),
  ])
})

it('stops telling when it is asked to, and knows only its own subscriptions', async () => {
  const fixture = await openRpcFixture()
  const [client, other] = [await openClient(fixture), await openClient(fixture)]
  const id = await client.ask('eth_subscribe', ['newHeads'])
  expect(await other.ask('eth_unsubscribe', [id])).toBe(false)
  expect(await client.ask('eth_unsubscribe', [id])).toBe(true)
  await fixture.mine()
  await client.ask('eth_blockNumber')
  expect(client.told).toEqual([])
  expect(await client.ask('eth_subscribe', ['everything'])).toMatchObject({ error: { code: -32_602 } })
})

it('refuses subscriptions over HTTP', async () => {
  const { ask } = await openRpcFixture()
  expect((await ask('eth_subscribe', ['newHeads'])).error?.code).toBe(-32_004)
})

it('keeps what happened for filters until they ask', async () => {
  const fixture = await openRpcFixture()
  const { ask, call, mine } = fixture
  const blocks = await call('eth_newBlockFilter')
  const logs = await call('eth_newFilter', [{ address: bytesToHex(LOGGER_WALLET.address) }])
  const waiting = await call('eth_newPendingTransactionFilter')
  const sent = await call('eth_sendRawTransaction', [callLogger(fixture, 0n)])
  await mine(2)
  expect(await call('eth_getFilterChanges', [blocks])).toHaveLength(2)
  expect(await call('eth_getFilterChanges', [blocks])).toEqual([])
  expect(await call('eth_getFilterChanges', [waiting])).toEqual([sent])
  expect(await call('eth_getFilterChanges', [logs])).toEqual([expect.objectContaining({ transactionHash: sent })])
  expect(await call('eth_uninstallFilter', [blocks])).toBe(true)
  expect((await ask('eth_getFilterChanges', [blocks])).error?.message).toBe('filter not found')
})

it('answers over the local socket of the node, private methods too', async () => {
  const { server } = await openRpcFixture({ server: { ipcPath: await socketPath() } })
  expect(await askSocket(server.ipcPath ?? '', 'eth_chainId')).toMatchObject({ result: expect.any(String) })
  // It wants an argument: the method is open.
  expect(await askSocket(server.ipcPath ?? '', 'debug_getRawHeader')).toMatchObject({ error: { code: -32_602 } })
})
