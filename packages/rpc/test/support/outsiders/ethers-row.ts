import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import type { BaseContract, ContractTransactionReceipt, EventLog } from 'ethers'
import { balanceOf, type Outside } from './outside.ts'
import { expectEqual, expectFailure, expectThat, type Steps, waitFor } from './steps.ts'
import { installTool } from './tool-folder.ts'

export const ETHERS_VERSION = '6.17.0'
const PAYEE = '0x0000000000000000000000000000000000e78e55'
const SUPPLY = 10n ** 21n
/** Of ethers, which asks again and again: the default is four seconds. */
const POLLING_MS = 250

/** ethers, over HTTP and WebSocket. */
export async function ethersRow(steps: Steps, outside: Outside): Promise<void> {
  const { url, webSocketUrl, chainId, holder, token } = outside
  const folder = await installTool('ethers', { ethers: ETHERS_VERSION })
  const entry = pathToFileURL(join(folder, 'node_modules/ethers/lib.esm/index.js')).href
  const ethers = (await import(entry)) as typeof import('ethers')
  const provider = new ethers.JsonRpcProvider(url, undefined, { pollingInterval: POLLING_MS })
  const live = new ethers.WebSocketProvider(webSocketUrl)
  const wallet = new ethers.Wallet(holder.key, provider)
  // Its own memory of answers would tell an older nonce.
  const signer = new ethers.NonceManager(wallet)
  try {
    await steps.check('network', async () =>
      expectEqual((await provider.getNetwork()).chainId, BigInt(chainId), 'chain id'),
    )
    await steps.check('send coins, type 2, to the last wei', async () => {
      const before = await provider.getBalance(wallet.address)
      const receipt = await (await signer.sendTransaction({ to: PAYEE, value: 5n })).wait()
      if (receipt === null) throw new Error('no receipt')
      expectEqual([receipt.status, receipt.type], [1, 2], 'receipt')
      expectEqual(before - (await provider.getBalance(wallet.address)), 5n + receipt.fee, 'what it cost')
      expectEqual(await balanceOf(outside, PAYEE), 5n, 'balance')
    })
    for (const type of [0, 1]) {
      await steps.check(`send coins, type ${type}`, async () => {
        const more = type === 1 ? { accessList: [{ address: PAYEE, storageKeys: [] }] } : {}
        expectEqual(
          (await (await signer.sendTransaction({ type, to: PAYEE, value: 1n, ...more })).wait())?.type,
          type,
          'type',
        )
      })
    }
    const contract = await steps.need('deploy a contract', async () => {
      const factory = new ethers.ContractFactory(token.abi as never, token.initCode, signer)
      const made = await factory.deploy(SUPPLY)
      await made.waitForDeployment()
      expectEqual(await provider.getCode(await made.getAddress()), token.code, 'code')
      return made
    })
    const address = await contract.getAddress()
    const heard: bigint[] = []
    const heads: number[] = []
    const listening = new ethers.Contract(address, token.abi as never, live)
    await listening.on('Transfer', (_from, _to, value: bigint) => void heard.push(value))
    await live.on('block', (number: number) => void heads.push(number))
    const transfer = method(contract, 'transfer')
    const hash = await steps.need('estimate and send tokens', async () => {
      const gasLimit = await transfer.estimateGas(PAYEE, 7n)
      const receipt = await (await transfer.send(PAYEE, 7n, { gasLimit })).wait()
      if (receipt === null) throw new Error('no receipt')
      expectThat(receipt.gasUsed <= gasLimit, `${receipt.gasUsed} gas used, ${gasLimit} estimated`)
      expectEqual((receipt as ContractTransactionReceipt).logs.length, 1, 'logs')
      expectEqual(await method(contract, 'balanceOf').staticCall(PAYEE), 7n, 'tokens')
      return receipt.hash
    })
    await steps.check('hear why a call is undone', () =>
      expectFailure(transfer.staticCall(PAYEE, SUPPLY * 2n), /TooLittle/),
    )
    await steps.check('read logs', async () => {
      const logs = (await contract.queryFilter('Transfer', 1)) as EventLog[]
      expectEqual(
        logs.map(({ args }) => args['value']),
        [SUPPLY, 7n],
        'values',
      )
    })
    await steps.check('hear logs and blocks by subscription', async () => {
      await waitFor(async () => (heard.length > 0 && heads.length > 1 ? true : undefined))
      expectEqual(heard, [7n], 'values')
      expectEqual(
        heads,
        heads.map((_, index) => (heads[0] ?? 0) + index),
        'heads',
      )
    })
    // Before the account is delegated: a delegated one has one transaction on its way at most.
    await steps.check('many at once, in their order', async () => {
      const sent = await Promise.all([1n, 2n, 3n, 4n].map((value) => transfer.send(PAYEE, value)))
      const receipts = await Promise.all(sent.map((one) => one.wait(2)))
      expectEqual(
        receipts.map((receipt) => receipt?.status),
        [1, 1, 1, 1],
        'status',
      )
      expectEqual(await method(contract, 'balanceOf').staticCall(PAYEE), 17n, 'tokens')
    })
    await steps.check('delegate an account (7702)', async () => {
      const nonce = await provider.getTransactionCount(wallet.address)
      const authorization = await wallet.authorize({ address, nonce: nonce + 1 })
      const sent = await wallet.sendTransaction({
        ...{ type: 4, nonce, to: wallet.address, data: '0x06fdde03', authorizationList: [authorization] },
      })
      expectEqual((await sent.wait())?.type, 4, 'type')
      expectEqual(await provider.getCode(wallet.address), `0xef0100${address.slice(2).toLowerCase()}`, 'code')
      signer.reset()
      const delegated = new ethers.Contract(wallet.address, token.abi as never, provider)
      expectEqual(await method(delegated, 'name').staticCall(), 'Outsider', 'name')
    })
    await steps.check('fees, blocks and transactions', async () => {
      const { maxFeePerGas, maxPriorityFeePerGas } = await provider.getFeeData()
      expectThat(maxFeePerGas !== null && maxPriorityFeePerGas !== null, 'no fees')
      const receipt = await provider.getTransactionReceipt(hash)
      const block = await provider.getBlock(receipt?.blockNumber ?? 0, true)
      expectThat(block?.transactions.includes(hash) === true, 'the transaction is not in its block')
      expectEqual((await provider.getTransaction(hash))?.to, address, 'callee')
    })
    await steps.check('storage and trace', async () => {
      expectEqual(BigInt(await provider.getStorage(address, 0)), SUPPLY, 'slot 0')
      const traced = await provider.send('debug_traceTransaction', [hash, { tracer: 'callTracer' }])
      expectEqual(traced.to, address.toLowerCase(), 'callee')
    })
  } finally {
    provider.destroy()
    await live.destroy()
  }
}

/** A method of a contract whose interface is not known when this is compiled. */
function method(contract: BaseContract, name: string): ReturnType<BaseContract['getFunction']> {
  return contract.getFunction(name)
}
