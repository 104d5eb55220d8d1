import { bytesToHex } from '@poai/core'
import { LOGGER_WALLET, signTransaction, testWallet, WALLETS, type Wallet } from '@poai/testing/chain'
import { expect, it } from 'vitest'
import { LOGGER_INIT_CODE } from '../support/contracts.ts'
import { openRpcFixture, type RpcAnswer, type RpcFixture } from '../support/rpc-fixture.ts'

const [ALICE] = WALLETS as [Wallet]
const SENDER = bytesToHex(ALICE.address)
const TARGET = bytesToHex(testWallet('who gets something').address)
const LOGGER = bytesToHex(LOGGER_WALLET.address)
const TOKEN = 'a secret'

/** Several calls in one request, as libraries send them. */
async function askTogether(
  { post }: RpcFixture,
  calls: readonly (readonly [method: string, params: readonly unknown[]])[],
  headers: Readonly<Record<string, string>> = {},
): Promise<readonly unknown[]> {
  const body = calls.map(([method, params], index) => ({ jsonrpc: '2.0', id: index + 1, method, params }))
  const answers = (await (await post(JSON.stringify(body), headers)).json()) as readonly RpcAnswer[]
  expect(answers.map(({ id }) => id)).toEqual(body.map(({ id }) => id))
  return answers.map(({ result, error }) => error ?? result)
}

function transfer({ params }: RpcFixture, nonce: bigint): string {
  return bytesToHex(
    signTransaction(params.chainId, ALICE, { nonce, to: testWallet('who gets something').address, value: 7n }).bytes,
  )
}

/** Calls of a contract that logs, two in each of three blocks, after its own creation. */
async function fill(fixture: RpcFixture): Promise<string> {
  const { params, call, mine } = fixture
  const plan = { to: undefined, data: Buffer.from(LOGGER_INIT_CODE.slice(2), 'hex'), gasLimit: 200_000n }
  const creation = signTransaction(params.chainId, ALICE, { ...plan, nonce: 0n })
  await call('eth_sendRawTransaction', [bytesToHex(creation.bytes)])
  await mine()
  for (let nonce = 1n; nonce < 7n; nonce++) {
    const data = new Uint8Array(32).fill(Number(nonce))
    const sent = signTransaction(params.chainId, ALICE, { nonce, to: LOGGER_WALLET.address, data, gasLimit: 100_000n })
    await call('eth_sendRawTransaction', [bytesToHex(sent.bytes)])
    if (nonce % 2n === 0n) await mine()
  }
  return bytesToHex(creation.hash)
}

it('answers what MetaMask asks: from adding the network to a transaction that is in a block', async () => {
  const fixture = await openRpcFixture()
  const { ask, call, mine, params } = fixture
  const chainId = `0x${params.chainId.toString(16)}`
  await mine(6)
  // Adding a network: the chain id must be the one that was typed in.
  expect(await call('eth_chainId')).toBe(chainId)
  expect(await call('net_version')).toBe(String(params.chainId))
  // Following it: the newest block says whether there is a base fee.
  expect(await call('eth_blockNumber')).toBe('0x6')
  expect(await call('eth_getBlockByNumber', ['0x6', false])).toMatchObject({ baseFeePerGas: expect.any(String) })
  expect(await call('eth_getBalance', [SENDER, '0x6'])).toBe(`0x${(10n ** 21n).toString(16)}`)
  // A contract that sums up balances is on the great chains only; here there is no code, and that is no error.
  expect(await call('eth_call', [{ to: TARGET, data: '0xf0002ea9' }, '0x6'])).toBe('0x')
  expect(await call('eth_accounts')).toEqual([])
  for (const method of ['wallet_watchAsset', 'eth_requestAccounts', 'personal_sign'])
    expect((await ask(method)).error?.code).toBe(-32_601)
  // Preparing a transaction.
  const [code, gas, price, history, nonce] = await askTogether(fixture, [
    ['eth_getCode', [TARGET, 'latest']],
    ['eth_estimateGas', [{ from: SENDER, to: TARGET, value: '0x7' }]],
    ['eth_gasPrice', []],
    ['eth_feeHistory', ['0x5', 'latest', [10, 20, 30]]],
    ['eth_getTransactionCount', [SENDER, 'pending']],
  ])
  expect({ code, gas, nonce }).toEqual({ code: '0x', gas: '0x5208', nonce: '0x0' })
  expect(price).toMatch(/^0x[1-9a-f]/)
  expect(history).toMatchObject({ oldestBlock: '0x2', reward: expect.arrayContaining([['0x0', '0x0', '0x0']]) })
  // Sending it, and asking until it is there.
  const sent = transfer(fixture, 0n)
  const hash = await call('eth_sendRawTransaction', [sent])
  expect((await ask('eth_sendRawTransaction', [sent])).error?.message).toMatch(/already known/)
  expect(await call('eth_getTransactionReceipt', [hash])).toBeNull()
  expect(await call('eth_getTransactionByHash', [hash])).toMatchObject({ hash, blockHash: null, blockNumber: null })
  expect(await call('eth_getTransactionCount', [SENDER, 'pending'])).toBe('0x1')
  expect(await call('eth_getTransactionCount', [SENDER, 'latest'])).toBe('0x0')
  await mine()
  const receipt = (await call('eth_getTransactionReceipt', [hash])) as { readonly blockHash: string }
  expect(receipt).toMatchObject({ status: '0x1', blockNumber: '0x7', effectiveGasPrice: expect.any(String) })
  expect(await call('eth_getBlockByHash', [receipt.blockHash, false])).toMatchObject({ transactions: [hash] })
  expect((await ask('eth_sendRawTransaction', [sent])).error?.message).toMatch(/nonce too low/)
})

it('answers what Otterscan asks', async () => {
  const fixture = await openRpcFixture()
  const { call } = fixture
  const creation = await fill(fixture)
  const { contractAddress } = (await call('eth_getTransactionReceipt', [creation])) as {
    readonly contractAddress: string
  }
  // Its first questions: is this a node that it can use?
  expect(await call('erigon_getHeaderByNumber', [1])).toMatchObject({ number: '0x1', hash: expect.any(String) })
  expect(await call('erigon_getHeaderByNumber', [99])).toBeNull()
  expect(await call('ots_getApiLevel')).toBe(8)
  // The front page and a block's page.
  const details = (await call('ots_getBlockDetails', [4])) as { readonly block: { readonly hash: string } }
  expect(details).toMatchObject({
    block: { number: '0x4', transactionCount: 2 },
    issuance: { uncleReward: '0x0' },
    totalFees: expect.stringMatching(/^0x[1-9a-f]/),
  })
  expect(await call('ots_getBlockDetailsByHash', [details.block.hash])).toEqual(details)
  const page = (await call('ots_getBlockTransactions', [4, 0, 25])) as {
    readonly fullblock: { readonly transactions: readonly { readonly hash: string }[] }
  }
  expect(page).toMatchObject({ fullblock: { transactionCount: 2 }, receipts: [{ status: '0x1' }, { status: '0x1' }] })
  // An account's page.
  expect(await call('ots_hasCode', [LOGGER, 'latest'])).toBe(true)
  expect(await call('ots_hasCode', [TARGET, 'latest'])).toBe(false)
  const newest = (await call('ots_searchTransactionsBefore', [LOGGER, 0, 25])) as { readonly txs: readonly unknown[] }
  expect(newest).toMatchObject({ firstPage: true, lastPage: true })
  expect(newest.txs).toHaveLength(6)
  expect(await call('ots_searchTransactionsAfter', [LOGGER, 3, 1])).toMatchObject({
    txs: [{ nonce: '0x6' }, { nonce: '0x5' }],
  })
  expect(await call('ots_getContractCreator', [contractAddress])).toEqual({ hash: creation, creator: SENDER })
  expect(await call('ots_getTransactionBySenderAndNonce', [SENDER, 0])).toBe(creation)
  expect(await call('ots_getTransactionBySenderAndNonce', [SENDER, 99])).toBeNull()
  // A transaction's page.
  const hash = page.fullblock.transactions[0]?.hash
  expect(await call('ots_traceTransaction', [hash])).toMatchObject([
    { type: 'CALL', depth: 0, from: SENDER, to: LOGGER },
  ])
  expect(await call('ots_getInternalOperations', [hash])).toEqual([])
  expect(await call('ots_getTransactionError', [hash])).toBe('0x')
})

it('answers what Blockscout’s indexer asks, traces with the token only', async () => {
  const fixture = await openRpcFixture({
    server: { http: { host: '127.0.0.1', port: 0, corsOrigins: [], virtualHosts: [], token: TOKEN } },
  })
  const { call } = fixture
  await fill(fixture)
  const numbers = ['0x1', '0x2', '0x3', '0x4', '0x63']
  const blocks = (await askTogether(
    fixture,
    numbers.map((number) => ['eth_getBlockByNumber', [number, true]] as const),
  )) as readonly ({ readonly hash: string; readonly transactions: readonly { readonly hash: string }[] } | null)[]
  expect(blocks.map((block) => block?.transactions.length)).toEqual([1, 2, 2, 2, undefined])
  const hashes = blocks.flatMap((block) => block?.transactions.map(({ hash }) => hash) ?? [])
  const receipts = await askTogether(
    fixture,
    hashes.map((hash) => ['eth_getTransactionReceipt', [hash]] as const),
  )
  const together = (await askTogether(
    fixture,
    numbers.slice(0, 4).map((number) => ['eth_getBlockReceipts', [number]] as const),
  )) as readonly unknown[][]
  expect(together.flat()).toEqual(receipts)
  // Balances and code at the block in which an account was seen, and what a token might say.
  expect(
    await askTogether(fixture, [
      ['eth_getBalance', [TARGET, '0x4']],
      ['eth_getCode', [LOGGER, '0x4']],
      ['eth_call', [{ to: TARGET, data: '0x95d89b41' }, 'latest']],
      ['eth_getUncleByBlockHashAndIndex', [blocks[0]?.hash, '0x0']],
      ['txpool_content', []],
      ['net_version', []],
    ]),
  ).toEqual([
    '0x0',
    expect.stringMatching(/^0x[0-9a-f]+$/),
    '0x',
    null,
    { pending: {}, queued: {} },
    expect.any(String),
  ])
  const logs = (await call('eth_getLogs', [{ fromBlock: '0x1', toBlock: '0x4' }])) as readonly unknown[]
  expect(logs).toHaveLength(6)
  const traces = [['debug_traceBlockByNumber', ['0x4', { tracer: 'callTracer' }]]] as const
  expect(await askTogether(fixture, traces)).toMatchObject([{ code: -32_601 }])
  const [traced] = await askTogether(fixture, traces, { authorization: `Bearer ${TOKEN}` })
  expect(traced).toMatchObject([
    { txHash: hashes[5], result: { type: 'CALL', from: SENDER, to: LOGGER } },
    { txHash: hashes[6], result: { type: 'CALL' } },
  ])
})
