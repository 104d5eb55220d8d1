import { bytesToHex } from '@poai/core'
import { LOGGER_WALLET, WALLETS } from '@poai/testing/chain'
import { Contract, ContractFactory, JsonRpcProvider, parseEther, Wallet, zeroPadValue } from 'ethers'
import { expect, it, onTestFinished } from 'vitest'
import { LOGGER_CODE, LOGGER_INIT_CODE, REVERTER_INIT_CODE } from '../support/contracts.ts'
import { openRpcFixture, type RpcFixture } from '../support/rpc-fixture.ts'

const ALICE = WALLETS[0]
function connect({ url, params }: RpcFixture): { readonly provider: JsonRpcProvider; readonly alice: Wallet } {
  const provider = new JsonRpcProvider(url, Number(params.chainId), { staticNetwork: true, cacheTimeout: -1 })
  onTestFinished(() => provider.destroy())
  if (ALICE === undefined) throw new Error('no wallet')
  return { provider, alice: new Wallet(bytesToHex(ALICE.key), provider) }
}

it('shows ethers the chain, its fees and its accounts', async () => {
  const fixture = await openRpcFixture()
  await fixture.mine(3)
  const { provider, alice } = connect(fixture)
  expect(await provider.getBlockNumber()).toBe(3)
  expect((await provider.getNetwork()).chainId).toBe(fixture.params.chainId)
  const block = await provider.getBlock(2)
  expect(block?.parentHash).toBe((await provider.getBlock(1))?.hash)
  expect(await provider.getBlock(99)).toBeNull()
  expect(await provider.getBalance(alice.address)).toBe(10n ** 21n)
  const fees = await provider.getFeeData()
  expect(fees.maxFeePerGas).toBeGreaterThan(0n)
})

it('lets ethers send, wait and read what happened', async () => {
  const fixture = await openRpcFixture()
  const { provider, alice } = connect(fixture)
  const target = bytesToHex(MINER_LIKE)
  const sent = await alice.sendTransaction({ to: target, value: parseEther('1.5') })
  expect((await provider.getTransaction(sent.hash))?.blockNumber).toBeNull()
  await fixture.mine()
  const receipt = await provider.getTransactionReceipt(sent.hash)
  expect(receipt).toMatchObject({ status: 1, gasUsed: 21_000n, blockNumber: 1, from: alice.address })
  expect(await provider.getBalance(target)).toBe(parseEther('1.5'))
  expect(await provider.getTransactionCount(alice.address)).toBe(1)
})

it('lets ethers deploy a contract, call it and find its logs', async () => {
  const fixture = await openRpcFixture()
  const { provider, alice } = connect(fixture)
  const contract = await new ContractFactory([], LOGGER_INIT_CODE, alice).deploy()
  await fixture.mine()
  const address = await contract.getAddress()
  expect(await provider.getCode(address)).toBe(`0x${LOGGER_CODE}`)
  const word = zeroPadValue('0x2a', 32)
  const call = await alice.sendTransaction({ to: address, data: word })
  await fixture.mine()
  const logs = await provider.getLogs({ address, fromBlock: 0, toBlock: 'latest' })
  expect(logs).toHaveLength(1)
  expect(logs[0]).toMatchObject({ topics: [word], data: word, transactionHash: call.hash, index: 0, removed: false })
  expect(await provider.getLogs({ address: bytesToHex(LOGGER_WALLET.address), fromBlock: 0 })).toEqual([])
  expect(await provider.getStorage(address, 0)).toBe(zeroPadValue('0x01', 32))
})

it('tells ethers why a call was undone, and what a transaction lacks', async () => {
  const fixture = await openRpcFixture()
  const { alice } = connect(fixture)
  const deployed = await new ContractFactory([], REVERTER_INIT_CODE, alice).deploy()
  await fixture.mine()
  const contract = new Contract(await deployed.getAddress(), ['function f() view'], alice)
  await expect(contract['f']?.()).rejects.toMatchObject({ code: 'CALL_EXCEPTION', reason: 'no' })
  await expect(alice.sendTransaction({ to: alice.address, value: parseEther('5000') })).rejects.toMatchObject({
    code: 'INSUFFICIENT_FUNDS',
  })
  await expect(alice.sendTransaction({ to: alice.address, nonce: 0 })).rejects.toMatchObject({ code: 'NONCE_EXPIRED' })
})

const MINER_LIKE = new Uint8Array(20).fill(7)
