import { bytesToHex } from '@poai/core'
import { LOGGER_WALLET, WALLETS } from '@poai/testing/chain'
import { type Log, Wallet, WebSocketProvider } from 'ethers'
import { createPublicClient, defineChain, webSocket } from 'viem'
import { expect, it, onTestFinished, vi } from 'vitest'
import { WebSocket } from 'ws'
import { overtake } from '../support/overtake.ts'
import { openRpcFixture, type RpcFixture } from '../support/rpc-fixture.ts'

const WAIT = { timeout: 20_000, interval: 10 }
const CONTRACT = bytesToHex(LOGGER_WALLET.address)

async function callLogger({ url }: RpcFixture, provider: WebSocketProvider): Promise<string> {
  const [alice] = WALLETS
  if (alice === undefined) throw new Error(`no wallet at ${url}`)
  const signer = new Wallet(bytesToHex(alice.key), provider)
  const { hash } = await signer.sendTransaction({ to: CONTRACT, data: `0x${'2a'.repeat(32)}`, gasLimit: 100_000 })
  return hash
}

function connectEthers({ url, params }: RpcFixture): WebSocketProvider {
  // Its socket may be closed while it still says goodbye to its subscriptions.
  const socket = new WebSocket(url.replace('http', 'ws'))
  socket.on('error', () => undefined)
  const provider = new WebSocketProvider(socket as never, Number(params.chainId), {
    staticNetwork: true,
    cacheTimeout: -1,
  })
  onTestFinished(() => provider.destroy())
  return provider
}

it('leads ethers over WebSocket through a reorganisation: every new head, and each log anew', async () => {
  const fixture = await openRpcFixture()
  const provider = connectEthers(fixture)
  const logs: Log[] = []
  const heads: number[] = []
  // ethers 6 keeps removed logs to itself: it looks for their listeners by a name that holds the log's own object.
  // viem's are below.
  await provider.on({ address: CONTRACT }, (log: Log) => logs.push(log))
  await provider.on('block', (number: number) => heads.push(number))
  // Answers come in order: the subscriptions stand when this one is here.
  await provider.send('eth_chainId', [])
  const hash = await callLogger(fixture, provider)
  await fixture.mine()
  await vi.waitFor(() => expect(logs).toHaveLength(1), WAIT)
  expect((await provider.getTransactionReceipt(hash))?.blockNumber).toBe(1)
  await overtake(fixture)
  await vi.waitFor(() => expect(heads).toEqual([1, 1, 2]), WAIT)
  expect(await provider.getTransactionReceipt(hash)).toBeNull()
  // The transaction waits again, and comes into the next block.
  await fixture.mine()
  await vi.waitFor(() => expect(logs).toHaveLength(2), WAIT)
  expect(logs.map(({ transactionHash, blockNumber }) => ({ transactionHash, blockNumber }))).toEqual([
    { transactionHash: hash, blockNumber: 1 },
    { transactionHash: hash, blockNumber: 3 },
  ])
  expect((await provider.getTransactionReceipt(hash))?.blockNumber).toBe(3)
  await vi.waitFor(() => expect(heads).toEqual([1, 1, 2, 3]), WAIT)
})

it('tells viem of logs that left the chain and came back', async () => {
  const fixture = await openRpcFixture()
  const provider = connectEthers(fixture)
  const chain = defineChain({
    id: Number(fixture.params.chainId),
    name: 'test',
    nativeCurrency: { name: 'POAI', symbol: 'POAI', decimals: 18 },
    rpcUrls: { default: { http: [fixture.url] } },
  })
  const client = createPublicClient({ chain, transport: webSocket(fixture.url.replace('http', 'ws')) })
  const removed: boolean[] = []
  const heads: bigint[] = []
  const stop = [
    client.watchEvent({
      address: CONTRACT,
      onLogs: (logs) => removed.push(...logs.map((log) => log.removed)),
    }),
    client.watchBlockNumber({ onBlockNumber: (number) => heads.push(number) }),
  ]
  await client.getChainId()
  await callLogger(fixture, provider)
  await fixture.mine()
  await vi.waitFor(() => expect(removed).toEqual([false]), WAIT)
  await overtake(fixture)
  await fixture.mine()
  await vi.waitFor(() => expect(removed).toEqual([false, true, false]), WAIT)
  await vi.waitFor(() => expect(heads.at(-1)).toBe(3n), WAIT)
  for (const end of stop) end()
  const socket = await (client.transport as unknown as { getRpcClient(): Promise<{ close(): void }> }).getRpcClient()
  socket.close()
})
