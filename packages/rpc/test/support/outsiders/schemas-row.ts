import { createIpcRpcClient, type RpcClient, RpcClientError } from '@poai/api/connect'
import type { JsonValue } from '@poai/core'
import { Ajv } from 'ajv'
import { createPublicClient, createWalletClient, defineChain, type Hex, http } from 'viem'
import { type PrivateKeyAccount, privateKeyToAccount } from 'viem/accounts'
import { NOT_OFFERED, PUBLIC_METHODS, PUBLIC_NAMES } from '../public-schemas.ts'
import { ask, type Outside } from './outside.ts'
import { expectEqual, expectThat, type Steps } from './steps.ts'
import { TOKEN_ABI } from './token.ts'

const PAYEE = '0x0000000000000000000000000000000000005c4e'
const UNKNOWN: Hex = `0x${'ab'.repeat(32)}`
/** Has no coins, and needs none. */
const AUTHORITY: PrivateKeyAccount = privateKeyToAccount(`0x${'5c'.repeat(32)}`)
const SLOT: Hex = `0x${'0'.repeat(64)}`
/** Offered as long as it says why it has nothing: blocks of this chain have no access lists. */
const ALWAYS_EMPTY = 'debug_getRawBlockAccessList'
/** Only a node that mines can say it. */
const OF_MINERS: ReadonlySet<string> = new Set(['eth_coinbase'])
/** Of the 57; the others sign with keys, which the node does not hold. */
export const LEAST_OFFERED = 54

/** What was put on the chain to be asked about. */
interface Places {
  readonly holder: Hex
  readonly token: Hex
  readonly block: string
  readonly hashes: readonly string[]
  readonly waiting: string
  readonly raw: string
  readonly filter: string
}

/** Every method of Ethereum's execution-apis, asked of a live node, its answers held against the public schemas. */
export async function schemasRow(steps: Steps, outside: Outside): Promise<void> {
  const places = await prepare(outside)
  const questions = questionsOf(places)
  const owner = createIpcRpcClient(outside.socket)
  const miner = createIpcRpcClient(outside.minerSocket)
  const ajv = new Ajv({ allErrors: true, strict: false })
  let [offered, conformant] = [0, 0]
  try {
    for (const name of PUBLIC_NAMES) {
      if (name in NOT_OFFERED) {
        await steps.check(`${name} is refused: ${NOT_OFFERED[name]}`, async () =>
          expectEqual(await codeOf(owner, name, []), -32_601, 'code'),
        )
        continue
      }
      await steps.check(name, async () => {
        const asked = questions[name] ?? []
        expectThat(asked.length > 0, 'nothing asks it')
        if (name === ALWAYS_EMPTY) {
          expectEqual(await codeOf(owner, name, asked[0] ?? []), -32_001, 'code')
          offered++
        } else {
          const schema = PUBLIC_METHODS[name]?.result
          if (schema === undefined) throw new Error('there is no schema')
          const judge = ajv.compile(schema)
          const answers: JsonValue[] = []
          const node = OF_MINERS.has(name) ? miner : owner
          for (const params of asked) answers.push(await node.call(name, params as readonly JsonValue[]))
          offered++
          for (const [index, answer] of answers.entries()) {
            const question = JSON.stringify(asked[index])
            expectThat(judge(answer), `${question}: ${ajv.errorsText(judge.errors)} in ${JSON.stringify(answer)}`)
          }
        }
        conformant++
      })
    }
  } finally {
    owner.close()
    miner.close()
  }
  await steps.check(`${offered} of ${PUBLIC_NAMES.length} offered, ${conformant} conformant`, async () =>
    expectThat(Math.min(offered, conformant) >= LEAST_OFFERED, `fewer than ${LEAST_OFFERED}`),
  )
}

/** The code of the error with which a call is refused. */
async function codeOf(client: RpcClient, name: string, params: readonly unknown[]): Promise<unknown> {
  try {
    await client.call(name, params as readonly JsonValue[])
  } catch (error) {
    if (error instanceof RpcClientError) return error.rpcCode
    throw error
  }
  return 'none: it was answered'
}

async function prepare(outside: Outside): Promise<Places> {
  const { url, chainId, holder, token } = outside
  const account = privateKeyToAccount(holder.key)
  const chain = defineChain({
    ...{ id: chainId, name: 'poai', nativeCurrency: { name: 'POAI', symbol: 'POAI', decimals: 18 } },
    rpcUrls: { default: { http: [url] } },
  })
  const reader = createPublicClient({ chain, transport: http(), pollingInterval: 250 })
  const wallet = createWalletClient({ account, chain, transport: http() })
  const deployed = await wallet.deployContract({ abi: TOKEN_ABI, bytecode: token.initCode, args: [10n ** 21n] })
  const { contractAddress } = await reader.waitForTransactionReceipt({ hash: deployed })
  if (!contractAddress) throw new Error('the receipt has no contract')
  const gasPrice = await reader.getGasPrice()
  const hashes = [deployed]
  // One of each type that there is.
  for (const plan of [
    { type: 'legacy', gasPrice },
    { type: 'eip2930', gasPrice, accessList: [{ address: contractAddress, storageKeys: [SLOT] }] },
    {
      type: 'eip1559',
      data: `0xa9059cbb${PAYEE.slice(2).padStart(64, '0')}${'1'.padStart(64, '0')}`,
      to: contractAddress,
    },
  ] as const) {
    const hash = await wallet.sendTransaction({ to: PAYEE, value: 0n, ...plan } as never)
    await reader.waitForTransactionReceipt({ hash })
    hashes.push(hash)
  }
  // Another account is delegated: the transactions of one that is may not wait behind a gap.
  const authorization = await wallet.signAuthorization({ account: AUTHORITY, contractAddress })
  const delegating = await wallet.sendTransaction({ to: PAYEE, authorizationList: [authorization] })
  const { blockHash } = await reader.waitForTransactionReceipt({ hash: delegating })
  hashes.push(delegating)
  const nonce = await reader.getTransactionCount({ address: account.address })
  const plain = { to: PAYEE, value: 1n, gas: 21_000n, gasPrice: gasPrice * 2n, type: 'legacy', chainId } as const
  const later = await account.signTransaction({ ...plain, nonce: nonce + 100 })
  const waiting = await ask<string>(outside, 'eth_sendRawTransaction', later)
  const raw = await account.signTransaction({ ...plain, nonce })
  const filter = await ask<string>(outside, 'eth_newFilter', { fromBlock: 'earliest', address: contractAddress })
  return { holder: account.address, token: contractAddress, block: blockHash, hashes, waiting, raw, filter }
}

/** What each method is asked: about things that are there, and things that are not. */
function questionsOf({
  holder,
  token,
  block,
  hashes,
  waiting,
  raw,
  filter,
}: Places): Readonly<Record<string, readonly (readonly unknown[])[]>> {
  const blocks = [['latest'], ['0x1'], ['earliest'], ['0xffffff']]
  const there = [['latest'], ['0x1'], ['earliest'], [block]]
  const transactions = [...hashes.map((hash) => [hash]), [waiting]]
  const accounts = ['latest', 'pending', 'safe', 'finalized', 'earliest'].flatMap((tag) => [
    [token, tag],
    [holder, tag],
    [PAYEE, tag],
  ])
  const message = { from: holder, to: token, data: `0x70a08231${holder.slice(2).padStart(64, '0')}` }
  const creation = hashes[0]
  return {
    debug_getBadBlocks: [[]],
    debug_getRawBlock: there,
    [ALWAYS_EMPTY]: [['latest']],
    debug_getRawHeader: there,
    debug_getRawReceipts: there,
    debug_getRawTransaction: transactions,
    debug_traceBlockByHash: [[block], [block, { tracer: 'callTracer' }]],
    debug_traceBlockByNumber: [['latest'], ['0x1', { tracer: 'prestateTracer' }]],
    debug_traceTransaction: [[creation, { tracer: 'callTracer' }], [hashes.at(-1)]],
    eth_accounts: [[]],
    eth_baseFee: [[]],
    eth_blobBaseFee: [[]],
    eth_blockNumber: [[]],
    eth_call: [[message, 'latest'], [message], [{ ...message, to: PAYEE }, block]],
    eth_capabilities: [[]],
    eth_chainId: [[]],
    eth_coinbase: [[]],
    eth_config: [[]],
    eth_createAccessList: [[message, 'latest'], [message]],
    eth_estimateGas: [[message], [{ from: holder, to: PAYEE, value: '0x1' }, 'latest']],
    eth_feeHistory: [
      ['0x5', 'latest', [10, 90]],
      ['0x1', '0x1', []],
    ],
    eth_fillTransaction: [[message], [{ from: holder, to: PAYEE, gasPrice: '0x77359400' }]],
    eth_gasPrice: [[]],
    eth_getBalance: accounts,
    eth_getBlockAccessList: blocks,
    eth_getBlockByHash: [
      [block, true],
      [block, false],
      [UNKNOWN, true],
    ],
    eth_getBlockByNumber: ['latest', 'pending', 'safe', 'finalized', 'earliest', '0xffffff'].flatMap((tag) => [
      [tag, true],
      [tag, false],
    ]),
    eth_getBlockReceipts: [...blocks, [block]],
    eth_getBlockTransactionCountByHash: [[block], [UNKNOWN]],
    eth_getBlockTransactionCountByNumber: blocks,
    eth_getCode: accounts,
    eth_getFilterChanges: [[filter]],
    eth_getFilterLogs: [[filter]],
    eth_getLogs: [[{ fromBlock: 'earliest' }], [{ blockHash: block }], [{ address: [token], topics: [null, []] }]],
    eth_getProof: [
      [token, [SLOT], 'latest'],
      [PAYEE, [], 'latest'],
    ],
    eth_getStorageAt: [
      [token, '0x0', 'latest'],
      [PAYEE, SLOT, 'earliest'],
    ],
    eth_getStorageValues: [[{ [token]: [SLOT], [PAYEE]: [SLOT] }, 'latest']],
    eth_getTransactionByBlockHashAndIndex: [
      [block, '0x0'],
      [block, '0xff'],
    ],
    eth_getTransactionByBlockNumberAndIndex: [['0x1', '0x0']],
    eth_getTransactionByHash: [...transactions, [UNKNOWN]],
    eth_getTransactionCount: accounts,
    eth_getTransactionReceipt: [...transactions, [UNKNOWN]],
    eth_maxPriorityFeePerGas: [[]],
    eth_newBlockFilter: [[]],
    eth_newFilter: [[{ address: token }]],
    eth_newPendingTransactionFilter: [[]],
    eth_sendRawTransaction: [[raw]],
    eth_simulateV1: [[{ blockStateCalls: [{ calls: [message, { from: holder, data: '0xfe' }] }, {}] }, 'latest']],
    eth_syncing: [[]],
    eth_uninstallFilter: [[filter], ['0x0']],
    net_version: [[]],
    txpool_content: [[]],
    txpool_contentFrom: [[holder], [PAYEE]],
    txpool_status: [[]],
  }
}
