import { createRequire } from 'node:module'
import { join } from 'node:path'
import { balanceOf, type Outside } from './outside.ts'
import { expectEqual, expectFailure, expectThat, type Steps, waitFor } from './steps.ts'
import { installTool } from './tool-folder.ts'

export const WEB3_VERSION = '4.16.0'
const PAYEE = '0x0000000000000000000000000000000000003eb3'
const SUPPLY = 10n ** 21n

/** As much of web3 as is used here: its types are not at hand. */
interface Web3 {
  readonly eth: {
    readonly Contract: new (abi: unknown, address?: string) => Web3Contract
    readonly accounts: { readonly wallet: { add(key: string): unknown } }
    transactionPollingInterval: number
    getChainId(): Promise<bigint>
    getBalance(address: string): Promise<bigint>
    getCode(address: string): Promise<string>
    getGasPrice(): Promise<bigint>
    getBlock(number: bigint, full: boolean): Promise<{ readonly transactions: readonly { readonly hash: string }[] }>
    getPastLogs(filter: object): Promise<readonly { readonly data: string }[]>
    getProof(
      address: string,
      keys: readonly string[],
    ): Promise<{ readonly storageProof: readonly { readonly value: bigint }[] }>
    getFeeHistory(
      count: number,
      newest: string,
      percentiles: readonly number[],
    ): Promise<{ readonly baseFeePerGas: readonly bigint[] }>
    getTransactionReceipt(hash: string): Promise<Web3Receipt>
    sendTransaction(transaction: object): Promise<Web3Receipt>
    subscribe(kind: string, options?: object): Promise<Web3Subscription>
    readonly requestManager: { send(request: object): Promise<{ readonly to: string }> }
  }
  readonly provider: { disconnect(): void }
}

interface Web3Receipt {
  readonly status: bigint
  readonly type: bigint
  readonly gasUsed: bigint
  readonly effectiveGasPrice: bigint
  readonly blockNumber: bigint
  readonly transactionHash: string
}

interface Web3Subscription {
  on(event: 'data', heard: (data: { readonly number?: bigint; readonly transactionHash?: string }) => void): void
  unsubscribe(): Promise<void>
}

interface Web3Call {
  call(options?: object): Promise<unknown>
  estimateGas(options: object): Promise<bigint>
  send(options: object): Promise<Web3Receipt>
}

interface Web3Contract {
  readonly options: { readonly address?: string }
  readonly methods: Readonly<Record<string, (...args: readonly unknown[]) => Web3Call>>
  deploy(options: object): { send(options: object): Promise<Web3Contract> }
  getPastEvents(
    name: string,
    options: object,
  ): Promise<readonly { readonly returnValues: { readonly value: bigint } }[]>
}

/** web3.js, over HTTP and WebSocket. */
export async function web3Row(steps: Steps, outside: Outside): Promise<void> {
  const { url, webSocketUrl, chainId, holder, token } = outside
  const folder = await installTool('web3', { web3: WEB3_VERSION })
  const { Web3: create } = createRequire(join(folder, 'package.json'))('web3') as { Web3: new (url: string) => Web3 }
  const { eth } = new create(url)
  const live = new create(webSocketUrl)
  eth.accounts.wallet.add(holder.key)
  eth.transactionPollingInterval = 250
  const from = holder.address
  try {
    await steps.check('chain id', async () => expectEqual(await eth.getChainId(), BigInt(chainId), 'chain id'))
    await steps.check('send coins, type 2, to the last wei', async () => {
      const before = await eth.getBalance(from)
      const receipt = await eth.sendTransaction({ from, to: PAYEE, value: 5n })
      expectEqual([receipt.status, receipt.type], [1n, 2n], 'receipt')
      expectEqual(
        before - (await eth.getBalance(from)),
        5n + receipt.gasUsed * receipt.effectiveGasPrice,
        'what it cost',
      )
      expectEqual(await balanceOf(outside, PAYEE), 5n, 'balance')
    })
    await steps.check('send coins, legacy', async () => {
      const receipt = await eth.sendTransaction({
        from,
        to: PAYEE,
        value: 1n,
        type: 0,
        gasPrice: await eth.getGasPrice(),
      })
      expectEqual(receipt.type, 0n, 'type')
    })
    await steps.check('send coins, with an access list', async () => {
      const accessList = [{ address: PAYEE, storageKeys: [] }]
      const gasPrice = await eth.getGasPrice()
      const receipt = await eth.sendTransaction({
        from,
        to: PAYEE,
        value: 1n,
        type: 1,
        gas: 40_000n,
        gasPrice,
        accessList,
      })
      expectEqual(receipt.type, 1n, 'type')
    })
    const contract = await steps.need('deploy a contract', async () => {
      const made = await new eth.Contract(token.abi)
        .deploy({ data: token.initCode, arguments: [SUPPLY] })
        .send({ from })
      expectEqual(await eth.getCode(made.options.address ?? ''), token.code, 'code')
      return made
    })
    const address = contract.options.address ?? ''
    const move = (value: bigint): Web3Call => call(contract, 'transfer', PAYEE, value)
    const heard: (string | undefined)[] = []
    const heads: (bigint | undefined)[] = []
    const subscriptions = [await live.eth.subscribe('logs', { address }), await live.eth.subscribe('newBlockHeaders')]
    subscriptions[0]?.on('data', ({ transactionHash }) => void heard.push(transactionHash))
    subscriptions[1]?.on('data', ({ number }) => void heads.push(number))
    const hash = await steps.need('estimate and send tokens', async () => {
      const gas = await move(7n).estimateGas({ from })
      const receipt = await move(7n).send({ from, gas: String(gas) })
      expectThat(receipt.gasUsed <= gas, `${receipt.gasUsed} gas used, ${gas} estimated`)
      expectEqual(await call(contract, 'balanceOf', PAYEE).call(), 7n, 'tokens')
      return receipt.transactionHash
    })
    await steps.check('hear why a call is undone', async () => {
      const failure: unknown = await move(SUPPLY * 2n)
        .call({ from })
        .then(
          () => undefined,
          (error: { readonly cause?: { readonly errorName?: string } }) => error.cause?.errorName,
        )
      expectEqual(failure, 'TooLittle', 'its name')
    })
    await steps.check('refuse what cannot be sent', () =>
      expectFailure(move(SUPPLY * 2n).send({ from }), /ContractExecutionError/),
    )
    await steps.check('read logs', async () => {
      const events = await contract.getPastEvents('Transfer', { fromBlock: 1 })
      expectEqual(
        events.map(({ returnValues }) => returnValues.value),
        [SUPPLY, 7n],
        'values',
      )
      const logs = await eth.getPastLogs({ address, fromBlock: '0x1' })
      expectEqual(
        logs.map(({ data }) => BigInt(data)),
        [SUPPLY, 7n],
        'data',
      )
    })
    await steps.check('hear logs and blocks by subscription', async () => {
      await waitFor(async () => (heard.length > 0 && heads.length > 1 ? true : undefined))
      expectEqual(heard, [hash], 'logs')
      expectEqual(
        heads,
        heads.map((_, index) => (heads[0] ?? 0n) + BigInt(index)),
        'heads',
      )
      for (const subscription of subscriptions) await subscription.unsubscribe()
    })
    await steps.check('a block and its transactions', async () => {
      const { blockNumber } = await eth.getTransactionReceipt(hash)
      const { transactions } = await eth.getBlock(blockNumber, true)
      expectThat(
        transactions.some((one) => one.hash === hash),
        'the transaction is not in its block',
      )
    })
    await steps.check('proof and fees', async () => {
      const { storageProof } = await eth.getProof(address, [`0x${'0'.repeat(64)}`])
      expectEqual(
        storageProof.map(({ value }) => value),
        [SUPPLY],
        'proven',
      )
      expectEqual((await eth.getFeeHistory(4, 'latest', [50])).baseFeePerGas.length, 5, 'history')
    })
    await steps.check('trace', async () => {
      const request = { method: 'debug_traceTransaction', params: [hash, { tracer: 'callTracer' }] }
      expectEqual((await eth.requestManager.send(request)).to, address.toLowerCase(), 'callee')
    })
  } finally {
    live.provider.disconnect()
  }
}

function call({ methods }: Web3Contract, name: string, ...args: readonly unknown[]): Web3Call {
  const made = methods[name]?.(...args)
  if (made === undefined) throw new Error(`the contract has no ${name}`)
  return made
}
