import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { defineChain, type Hex, type Log } from 'viem'
import { balanceOf, type Outside } from './outside.ts'
import { expectEqual, expectFailure, expectThat, type Steps, waitFor } from './steps.ts'
import { TOKEN_ABI } from './token.ts'
import { installTool } from './tool-folder.ts'

export const VIEM_VERSION = '2.57.20'
const PAYEE = '0x0000000000000000000000000000000000001e11'
/** A block comes every second: a subscription has begun before so many have come. */
const MOST_SENDS = 20
const SUPPLY = 10n ** 21n

/** viem, over HTTP and WebSocket. */
export async function viemRow(steps: Steps, outside: Outside): Promise<void> {
  const { url, webSocketUrl, chainId, holder, token } = outside
  const folder = await installTool('viem', { viem: VIEM_VERSION })
  const load = (file: string): Promise<unknown> =>
    import(pathToFileURL(join(folder, 'node_modules/viem/_esm', file)).href)
  const viem = (await load('index.js')) as typeof import('viem')
  const { privateKeyToAccount } = (await load('accounts/index.js')) as typeof import('viem/accounts')
  const chain = defineChain({
    ...{ id: chainId, name: 'poai', nativeCurrency: { name: 'POAI', symbol: 'POAI', decimals: 18 } },
    rpcUrls: { default: { http: [url], webSocket: [webSocketUrl] } },
  })
  const account = privateKeyToAccount(holder.key)
  const reader = viem.createPublicClient({ chain, transport: viem.http(url, { batch: true }), pollingInterval: 250 })
  const wallet = viem.createWalletClient({ account, chain, transport: viem.http(url) })
  const live = viem.createPublicClient({ chain, transport: viem.webSocket(webSocketUrl, { reconnect: false }) })
  try {
    await steps.check('chain id', async () => expectEqual(await reader.getChainId(), chainId, 'chain id'))
    await steps.check('send coins, type 2, to the last wei', async () => {
      const before = await reader.getBalance({ address: account.address })
      const hash = await wallet.sendTransaction({ to: PAYEE, value: 5n })
      const receipt = await reader.waitForTransactionReceipt({ hash })
      expectEqual([receipt.status, receipt.type], ['success', 'eip1559'], 'receipt')
      const after = await reader.getBalance({ address: account.address })
      expectEqual(before - after, 5n + receipt.gasUsed * receipt.effectiveGasPrice, 'what it cost')
      expectEqual(await balanceOf(outside, PAYEE), 5n, 'balance')
    })
    for (const type of ['legacy', 'eip2930'] as const) {
      await steps.check(`send coins, ${type}`, async () => {
        const gasPrice = await reader.getGasPrice()
        const accessList = type === 'eip2930' ? ({ accessList: [{ address: PAYEE, storageKeys: [] }] } as const) : {}
        const hash = await wallet.sendTransaction({ to: PAYEE, value: 1n, gasPrice, ...accessList } as never)
        expectEqual((await reader.waitForTransactionReceipt({ hash })).type, type, 'type')
      })
    }
    const address = await steps.need('deploy a contract', async () => {
      const hash = await wallet.deployContract({ abi: TOKEN_ABI, bytecode: token.initCode, args: [SUPPLY] })
      const { contractAddress } = await reader.waitForTransactionReceipt({ hash, confirmations: 2 })
      if (!contractAddress) throw new Error('the receipt has no contract')
      expectEqual(await reader.getCode({ address: contractAddress }), token.code, 'code')
      return contractAddress
    })
    const contract = { address, abi: TOKEN_ABI } as const
    const moving = { ...contract, functionName: 'transfer' } as const
    const heard: Log[] = []
    const heads: bigint[] = []
    const unwatch = [
      live.watchContractEvent({ ...contract, eventName: 'Transfer', onLogs: (logs) => void heard.push(...logs) }),
      live.watchBlocks({ onBlock: ({ number }) => void heads.push(number) }),
    ]
    const hash = await steps.need('simulate, estimate and send tokens', async () => {
      const { request, result } = await reader.simulateContract({ ...moving, account, args: [PAYEE, 7n] })
      expectEqual(result, true, 'result')
      const gas = await reader.estimateContractGas({ ...moving, account, args: [PAYEE, 7n] })
      const sent = await wallet.writeContract({ ...request, gas })
      const receipt = await reader.waitForTransactionReceipt({ hash: sent })
      expectEqual(receipt.status, 'success', 'status')
      expectThat(receipt.gasUsed <= gas, `${receipt.gasUsed} gas used, ${gas} estimated`)
      return sent
    })
    await steps.check('hear why a call is undone', () =>
      expectFailure(reader.simulateContract({ ...moving, account, args: [PAYEE, SUPPLY * 2n] }), /TooLittle/),
    )
    await steps.check('read logs', async () => {
      const logs = await reader.getContractEvents({ ...contract, eventName: 'Transfer', fromBlock: 1n })
      expectEqual(
        logs.map(({ args }) => args.value),
        [SUPPLY, 7n],
        'values',
      )
    })
    await steps.check('hear logs and blocks by subscription', async () => {
      await waitFor(async () => (heard.length > 0 && heads.length > 1 ? true : undefined))
      expectEqual(
        heard.map(({ transactionHash }) => transactionHash),
        [hash],
        'logs',
      )
      expectEqual(
        heads,
        heads.map((_, index) => (heads[0] ?? 0n) + BigInt(index)),
        'heads',
      )
    })
    for (const stop of unwatch) stop()
    await steps.check('hear pending transactions', async () => {
      const pending: Hex[] = []
      const stop = live.watchPendingTransactions({ onTransactions: (hashes) => void pending.push(...hashes) })
      try {
        // It says nothing when it has begun to listen.
        const sent: Hex[] = []
        const isHeard = (): boolean => sent.some((one) => pending.includes(one))
        while (!isHeard() && sent.length < MOST_SENDS) {
          const one = await wallet.sendTransaction({ to: PAYEE, value: 1n })
          sent.push(one)
          await reader.waitForTransactionReceipt({ hash: one })
        }
        expectThat(isHeard(), 'it heard of none')
      } finally {
        stop()
      }
    })
    await steps.check('filters', async () => {
      const filter = await reader.createContractEventFilter({ ...contract, eventName: 'Transfer', fromBlock: 1n })
      expectEqual((await reader.getFilterLogs({ filter })).length, 2, 'logs')
      expectEqual(await reader.uninstallFilter({ filter }), true, 'removed')
    })
    await steps.check('delegate an account (7702)', async () => {
      const authorization = await wallet.signAuthorization({ contractAddress: address, executor: 'self' })
      const sent = await wallet.sendTransaction({
        authorizationList: [authorization],
        to: account.address,
        data: '0x06fdde03',
      })
      expectEqual((await reader.waitForTransactionReceipt({ hash: sent })).type, 'eip7702', 'type')
      const delegate = await reader.getDelegation({ address: account.address })
      expectEqual(delegate?.toLowerCase(), address.toLowerCase(), 'delegation')
      const name = await reader.readContract({ ...contract, address: account.address, functionName: 'name' })
      expectEqual(name, 'Outsider', 'name')
    })
    await steps.check('send and wait in one call', async () => {
      const receipt = await wallet.sendTransactionSync({ to: PAYEE, value: 1n })
      expectEqual(receipt.status, 'success', 'status')
    })
    await steps.check('access list and proof', async () => {
      const { accessList } = await reader.createAccessList({ account, to: address, data: '0x18160ddd' })
      expectEqual(
        accessList.map(({ storageKeys }) => storageKeys.length),
        [1],
        'keys',
      )
      const { storageProof } = await reader.getProof({ address, storageKeys: [`0x${'0'.repeat(64)}`] })
      expectEqual(storageProof[0]?.value, SUPPLY, 'proven')
    })
    await steps.check('simulate blocks', async () => {
      const calls = [
        { to: address, abi: TOKEN_ABI, functionName: 'transfer', args: [PAYEE, 3n] },
        { to: address, abi: TOKEN_ABI, functionName: 'balanceOf', args: [PAYEE] },
      ]
      const { results } = await reader.simulateCalls({ account: account.address, calls } as never)
      const answers = (results as readonly { readonly result?: unknown }[]).map(({ result }) => result)
      expectEqual(answers, [true, 10n], 'results')
    })
    await steps.check('fees', async () => {
      const { baseFeePerGas, reward } = await reader.getFeeHistory({ blockCount: 4, rewardPercentiles: [50] })
      expectEqual([baseFeePerGas.length, reward?.length], [5, 4], 'history')
      const { maxFeePerGas, maxPriorityFeePerGas } = await reader.estimateFeesPerGas()
      expectThat(maxFeePerGas >= maxPriorityFeePerGas, 'fees')
    })
    await steps.check('trace', async () => {
      const traced = (await reader.request({
        method: 'debug_traceTransaction',
        params: [hash, { tracer: 'callTracer' }],
      } as never)) as { readonly to: string }
      expectEqual(traced.to, address.toLowerCase(), 'callee')
    })
    await steps.check('a block and its transactions', async () => {
      const { blockNumber } = await reader.getTransactionReceipt({ hash })
      const { transactions } = await reader.getBlock({ blockNumber, includeTransactions: true })
      expectThat(
        transactions.some((one) => one.hash === hash),
        'it is not there',
      )
    })
  } finally {
    // With its timers: a socket that is only closed keeps the process alive.
    const client = await live.transport.getRpcClient()
    client.close()
  }
}
