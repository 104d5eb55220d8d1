import { bytesToHex } from '@poai/core'
import { WALLETS } from '@poai/testing/chain'
import {
  createPublicClient,
  createWalletClient,
  defineChain,
  http,
  type PublicClient,
  parseAbi,
  parseEther,
  parseGwei,
  type WalletClient,
  webSocket,
} from 'viem'
import { privateKeyToAccount } from 'viem/accounts'
import { expect, it, onTestFinished } from 'vitest'
import { LOGGER_CODE, LOGGER_INIT_CODE, REVERTER_INIT_CODE } from '../support/contracts.ts'
import { openRpcFixture, type RpcFixture } from '../support/rpc-fixture.ts'

const TARGET = '0x0707070707070707070707070707070707070707'

function connect({ url, params }: RpcFixture): {
  readonly reader: PublicClient
  readonly alice: WalletClient
  readonly chain: ReturnType<typeof defineChain>
  readonly account: ReturnType<typeof privateKeyToAccount>
} {
  const [wallet] = WALLETS
  if (wallet === undefined) throw new Error('no wallet')
  const chain = defineChain({
    id: Number(params.chainId),
    name: 'test',
    nativeCurrency: { name: 'POAI', symbol: 'POAI', decimals: 18 },
    rpcUrls: { default: { http: [url] } },
  })
  const account = privateKeyToAccount(bytesToHex(wallet.key))
  const reader = createPublicClient({ chain, transport: http(url), cacheTime: 0, pollingInterval: 50 })
  return { reader, chain, account, alice: createWalletClient({ chain, account, transport: http(url) }) }
}

it('lets viem send, wait and deploy', async () => {
  const fixture = await openRpcFixture()
  const { reader, alice, chain, account } = connect(fixture)
  const hash = await alice.sendTransaction({ chain, account, to: TARGET, value: parseEther('2') })
  await fixture.mine()
  expect(await reader.waitForTransactionReceipt({ hash })).toMatchObject({ status: 'success', gasUsed: 21_000n })
  expect(await reader.getBalance({ address: TARGET })).toBe(parseEther('2'))
  const deployment = await alice.deployContract({
    chain,
    account,
    abi: [],
    bytecode: LOGGER_INIT_CODE,
  })
  await fixture.mine()
  const { contractAddress } = await reader.waitForTransactionReceipt({ hash: deployment })
  if (contractAddress === null || contractAddress === undefined) throw new Error('no contract')
  expect(await reader.getCode({ address: contractAddress })).toBe(`0x${LOGGER_CODE}`)
  const { accessList } = await reader.createAccessList({ account: account.address, to: contractAddress })
  expect(accessList).toEqual([{ address: contractAddress.toLowerCase(), storageKeys: [`0x${'0'.repeat(64)}`] }])
  const proof = await reader.getProof({ address: contractAddress, storageKeys: [`0x${'0'.repeat(64)}`] })
  expect(proof).toMatchObject({ nonce: 1, storageProof: [{ value: 0n }] })
  expect(proof.accountProof.length).toBeGreaterThan(0)
})

it('shows viem fees, fee history and blocks by tag', async () => {
  const fixture = await openRpcFixture()
  const { reader, alice, chain, account } = connect(fixture)
  await alice.sendTransaction({ chain, account, to: TARGET, maxPriorityFeePerGas: parseGwei('3') })
  await fixture.mine(2)
  const history = await reader.getFeeHistory({ blockCount: 2, rewardPercentiles: [0, 50, 100] })
  expect(history.baseFeePerGas).toHaveLength(3)
  expect(history.reward?.[0]).toEqual([parseGwei('3'), parseGwei('3'), parseGwei('3')])
  expect(history.reward?.[1]).toEqual([0n, 0n, 0n])
  expect(await reader.estimateMaxPriorityFeePerGas()).toBe(parseGwei('3'))
  const finalized = await reader.getBlock({ blockTag: 'finalized' })
  expect(finalized.number).toBe(0n)
  await expect(reader.getBlock({ blockNumber: 77n })).rejects.toThrow('could not be found')
})

it('tells viem why a call was undone', async () => {
  const fixture = await openRpcFixture()
  const { reader, alice, chain, account } = connect(fixture)
  const hash = await alice.deployContract({ chain, account, abi: [], bytecode: REVERTER_INIT_CODE })
  await fixture.mine()
  const { contractAddress } = await reader.waitForTransactionReceipt({ hash })
  if (contractAddress === null || contractAddress === undefined) throw new Error('no contract')
  const abi = parseAbi(['function f() view returns (uint256)'])
  await expect(reader.readContract({ address: contractAddress, abi, functionName: 'f' })).rejects.toThrow('no')
  await expect(alice.sendTransaction({ chain, account, to: TARGET, value: parseEther('5000') })).rejects.toThrow(
    /exceeds the balance/,
  )
})

it('tells viem of blocks over WebSocket', async () => {
  const fixture = await openRpcFixture()
  const { chain } = connect(fixture)
  const transport = webSocket(fixture.url.replace('http', 'ws'))
  const client = createPublicClient({ chain, transport })
  const { promise, resolve, reject } = Promise.withResolvers<bigint>()
  const { unsubscribe } = await client.transport.subscribe({
    params: ['newHeads'],
    onData: ({ result }) => resolve(BigInt((result as { readonly number: string }).number)),
    onError: reject,
  })
  await fixture.mine()
  expect(await promise).toBe(1n)
  await unsubscribe()
  const socket = await (client.transport as unknown as { getRpcClient(): Promise<{ close(): void }> }).getRpcClient()
  onTestFinished(() => socket.close())
})

it('simulates blocks and calls for viem, and follows the coins and tokens that they move', async () => {
  const fixture = await openRpcFixture()
  const { reader, account } = connect(fixture)
  await fixture.mine()
  const blocks = await reader.simulateBlocks({
    blocks: [
      {
        blockOverrides: { number: 2n, time: 2_000_000_000n },
        stateOverrides: [{ address: TARGET, balance: parseEther('3') }],
        calls: [{ account: TARGET, to: account.address, value: parseEther('2') }],
      },
      { calls: [{ account: account.address, to: account.address, data: REVERTER_INIT_CODE }] },
    ],
    returnFullTransactions: true,
    traceTransfers: true,
  })
  expect(blocks.map(({ number }) => number)).toEqual([2n, 3n])
  expect(blocks[0]).toMatchObject({ timestamp: 2_000_000_000n, calls: [{ status: 'success', gasUsed: 21_000n }] })
  expect(blocks[0]?.calls[0]?.logs).toHaveLength(1)
  const bought = await reader.simulateCalls({
    account: account.address,
    calls: [{ to: TARGET, value: parseEther('1') }],
    traceAssetChanges: true,
  })
  expect(bought.results).toMatchObject([{ status: 'success', gasUsed: 21_000n }])
  expect(bought.assetChanges).toMatchObject([{ value: { diff: -parseEther('1') } }])
  const poor = reader.simulateBlocks({ blocks: [{ calls: [{ account: TARGET, to: TARGET, value: 1n }] }] })
  await expect(poor).rejects.toThrow(/insufficient funds|exceeds the balance/)
})

it('fills in, sends and waits for viem, and gives it many slots at once', async () => {
  const fixture = await openRpcFixture()
  const { reader, alice, chain, account } = connect(fixture)
  const { transaction } = await reader.fillTransaction({
    chain,
    type: 'eip1559',
    account: account.address,
    to: TARGET,
    value: 5n,
  })
  expect(transaction).toMatchObject({ nonce: 0, gas: 21_000n, type: 'eip1559' })
  const unsubscribe = fixture.chain.mempool.onAdded(() => void fixture.mine())
  const receipt = await alice.sendTransactionSync({ chain, account, to: TARGET, value: 5n })
  unsubscribe()
  expect(receipt).toMatchObject({ status: 'success', blockNumber: 1n })
  const requests = { [TARGET]: [`0x${'0'.repeat(64)}`] } as const
  expect(await reader.getStorageValues({ requests })).toEqual(requests)
  expect(await reader.getBlobBaseFee()).toBe(1n)
})
