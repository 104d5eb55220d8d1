import type { NodeStatusJson } from '@poai/api/client'
import { bytesToHex, type Hex } from '@poai/core'
import { LOGGER_WALLET, signTransaction, testWallet, WALLETS } from '@poai/testing/chain'
import { privateKeyToAccount } from 'viem/accounts'
import type { RpcDependencies } from '../../src/index.ts'
import { LOGGER_INIT_CODE } from './contracts.ts'
import type { RpcFixture } from './rpc-fixture.ts'

const LOGGER = bytesToHex(LOGGER_WALLET.address)
const NOBODY = bytesToHex(testWallet('nobody').address)
const UNKNOWN_HASH: Hex = `0x${'ab'.repeat(32)}`
const [ALICE, BOB] = WALLETS.map(({ address }) => bytesToHex(address)) as [Hex, Hex]

const STATUS: NodeStatusJson = {
  ...{ version: '0.1.0', role: 'miner', state: { name: 'mining' }, peerId: null, addresses: [], peers: 0 },
  network: { name: 'test', chainId: 1, genesisHash: UNKNOWN_HASH },
  head: { number: 1, hash: UNKNOWN_HASH, timestamp: 1, difficulty: '1', totalWork: '18446744073709551616' },
  finality: { number: 0, isSettled: false, why: 'waits for peers' },
  sync: { state: 'idle', currentBlock: 1, highestBlock: 1, blocksPerSecond: 0, secondsLeft: null },
  miner: null,
  farm: null,
  replays: { total: 1, failed: 0, undecided: 0, perSecond: 0.1 },
  accountIndex: null,
  reorganisations: { count: 0, deepest: 0 },
  ...{ blocksImported: 1, orphans: 0, invalidBlocks: 0, mempool: { pending: 0, queued: 0, bytes: 0 } },
  engine: {
    ...{ name: 'quiz-1', domain: 'portable-1', state: 'running', program: 'native', system: null },
    ...{ workers: 1, evaluations: 1, crashes: 0, queued: 0 },
  },
  ...{ memoryBytes: 1, uptimeSeconds: 1 },
}

/** Parts of a node that are not the chain's: what they answer is theirs, that they are asked is looked at here. */
export const PARTS: Required<Pick<RpcDependencies, 'sync' | 'nodeStatus'>> = {
  sync: () => ({
    startingBlock: 0n,
    currentBlock: 1n,
    highestBlock: 2n,
    details: { state: 'blocks', blocksPerSecond: 1.5, secondsLeft: null },
  }),
  nodeStatus: () => STATUS,
}

/** What was put on the chain, and into the pool. */
export interface Places {
  readonly block: string
  readonly call: string
  readonly creation: string
  /** Of type 0 and 1; the others are of type 2. */
  readonly legacy: string
  readonly withAccessList: string
  readonly waiting: string
  readonly filter: string
  readonly raw: string
}

/** Calls of every method, each of which must be answered in its schema. */
export function callsOf(places: Places): Readonly<Record<string, readonly (readonly unknown[])[]>> {
  const { block, call, creation, legacy, withAccessList, waiting, filter, raw } = places
  const blocks = [['latest'], ['0x1'], ['earliest'], ['0xffff']]
  const transactions = [[call], [creation], [legacy], [withAccessList], [waiting], [UNKNOWN_HASH]]
  const accounts = [[LOGGER], [ALICE, 'pending'], [NOBODY, 'earliest'], [ALICE, { blockHash: block }]]
  const message = { from: ALICE, to: LOGGER, data: `0x${'01'.repeat(32)}` }
  const tags = ['latest', 'pending', 'safe', 'finalized', 'earliest']
  return {
    eth_blockNumber: [[]],
    eth_getBlockByNumber: [
      ...tags.flatMap((tag) => [
        [tag, true],
        [tag, false],
      ]),
      ['0x1'],
      ['0xffff', true],
    ],
    eth_getBlockByHash: [[block, true], [block], [UNKNOWN_HASH, false]],
    eth_getHeaderByNumber: blocks,
    eth_getHeaderByHash: [[block], [UNKNOWN_HASH]],
    erigon_getHeaderByNumber: blocks,
    eth_getBlockTransactionCountByNumber: blocks,
    eth_getBlockTransactionCountByHash: [[block], [UNKNOWN_HASH]],
    eth_getUncleCountByBlockNumber: blocks,
    eth_getUncleCountByBlockHash: [[block], [UNKNOWN_HASH]],
    eth_getUncleByBlockNumberAndIndex: [['0x1', '0x0']],
    eth_getUncleByBlockHashAndIndex: [[block, '0x0']],
    eth_getBlockAccessList: blocks,
    eth_getBlockReceipts: [...blocks, [block], [{ blockHash: block }], [{ blockNumber: '0x1' }]],
    eth_getTransactionByHash: transactions,
    eth_getTransactionByBlockNumberAndIndex: [
      ['0x1', '0x0'],
      ['0x1', '0x9'],
    ],
    eth_getTransactionByBlockHashAndIndex: [
      [block, '0x1'],
      [UNKNOWN_HASH, '0x0'],
    ],
    eth_getTransactionReceipt: transactions,
    eth_getRawTransactionByHash: transactions,
    eth_sendRawTransaction: [[raw]],
    eth_fillTransaction: [[message], [{ from: ALICE, to: BOB, gasPrice: '0x1' }]],
    eth_getBalance: accounts,
    eth_getTransactionCount: accounts,
    eth_getCode: accounts,
    eth_getStorageAt: [
      [LOGGER, '0x0'],
      [NOBODY, `0x${'0'.repeat(64)}`, 'earliest'],
    ],
    eth_getStorageValues: [[{ [LOGGER]: ['0x0', '0x1'], [NOBODY]: ['0x0'] }], [{ [LOGGER]: [] }, 'earliest']],
    eth_getProof: [
      [LOGGER, ['0x0', '0x1'], 'latest'],
      [NOBODY, []],
    ],
    eth_call: [[message], [{}], [message, 'latest', { [LOGGER]: { code: '0x', balance: '0x1' } }], [message, block]],
    eth_estimateGas: [[message], [{ from: ALICE, to: BOB, value: '0x1' }], [{ data: LOGGER_INIT_CODE }]],
    eth_createAccessList: [[message], [{ to: BOB }]],
    eth_simulateV1: [
      [{ blockStateCalls: [{ calls: [message, { data: '0xfe', from: ALICE }] }, {}], traceTransfers: true }],
      [{ blockStateCalls: [{ calls: [message] }], returnFullTransactions: true }, 'earliest'],
      [{ blockStateCalls: [] }, block],
    ],
    eth_gasPrice: [[]],
    eth_maxPriorityFeePerGas: [[]],
    eth_baseFee: [[]],
    eth_blobBaseFee: [[]],
    eth_feeHistory: [
      ['0x5', 'latest', [10, 90]],
      ['0x1', '0x1'],
      ['0x0', 'latest', []],
    ],
    eth_getLogs: [[{ fromBlock: 'earliest' }], [{ blockHash: block }], [{ address: [LOGGER], topics: [null, []] }]],
    eth_newFilter: [[{ address: LOGGER }]],
    eth_newBlockFilter: [[]],
    eth_newPendingTransactionFilter: [[]],
    eth_getFilterChanges: [[filter]],
    eth_getFilterLogs: [[filter]],
    eth_uninstallFilter: [[filter], ['0x0']],
    eth_unsubscribe: [['0x0']],
    eth_chainId: [[]],
    eth_syncing: [[]],
    eth_config: [[]],
    eth_capabilities: [[]],
    eth_accounts: [[]],
    eth_protocolVersion: [[]],
    net_version: [[]],
    web3_clientVersion: [[]],
    web3_sha3: [['0x'], ['0x1234']],
    txpool_status: [[]],
    txpool_content: [[]],
    txpool_contentFrom: [[ALICE], [NOBODY]],
    txpool_inspect: [[]],
    poai_getExam: [...blocks, [block]],
    poai_getTranscript: [['latest'], ['latest', '0x0'], ['earliest']],
    poai_verifyBlock: [['latest'], [block]],
    poai_getAccuracy: [['0x1', 'latest']],
    poai_models: [[]],
    poai_inferences: transactions,
    poai_nodeStatus: [[]],
    poai_networkParams: [[]],
    poai_getRawHeader: blocks,
    debug_getRawHeader: blocks,
    debug_getRawBlock: blocks,
    debug_getRawReceipts: [['latest'], ['0x1']],
    debug_getRawTransaction: transactions,
    debug_traceTransaction: [[call], [creation, { tracer: 'callTracer' }]],
    debug_traceBlockByNumber: [['0x1', { tracer: '4byteTracer' }]],
    debug_traceBlockByHash: [[block, { tracer: 'noopTracer' }]],
    debug_traceCall: [[message, 'latest', { disableStack: true }]],
    trace_block: [['latest'], ['0x1'], ['earliest'], [block], ['0xffff']],
    trace_transaction: [[call], [creation], [UNKNOWN_HASH]],
    trace_get: [
      [call, []],
      [call, ['0x1']],
    ],
    trace_replayTransaction: [[call, ['trace', 'stateDiff']]],
    trace_replayBlockTransactions: [
      ['0x1', ['trace', 'stateDiff']],
      ['0xffff', []],
    ],
    trace_filter: [[{}], [{ fromBlock: 'earliest', toAddress: [LOGGER], count: '0x1' }]],
    ots_getApiLevel: [[]],
    ots_hasCode: [[LOGGER], [ALICE, 'earliest']],
    ots_getBlockDetails: blocks,
    ots_getBlockDetailsByHash: [[block], [UNKNOWN_HASH]],
    ots_getBlockTransactions: [
      ['0x1', '0x0', '0x5'],
      ['0xffff', '0x0', '0x5'],
    ],
    ots_searchTransactionsBefore: [[ALICE, 0, 10]],
    ots_searchTransactionsAfter: [[ALICE, 0, 10]],
    ots_getTransactionBySenderAndNonce: [
      [ALICE, '0x0'],
      [NOBODY, '0x0'],
    ],
    ots_getContractCreator: [[LOGGER]],
    ots_traceTransaction: [[call], [creation]],
    ots_getInternalOperations: [[call], [creation]],
    ots_getTransactionError: [[call]],
    debug_getBadBlocks: [[]],
    rpc_modules: [[]],
    'rpc.discover': [[]],
  }
}

/** Cannot be asked over HTTP for an answer at once; have tests of their own. */
export const ELSEWHERE: ReadonlySet<string> = new Set([
  'eth_subscribe',
  // Answers when there is a block.
  'eth_sendRawTransactionSync',
  // Refuses always.
  'debug_getRawBlockAccessList',
])

/** Puts a call of a contract, a creation, a waiting transaction and a filter there. */
export async function fill(fixture: RpcFixture): Promise<Places> {
  const { call, mine, params } = fixture
  const [alice, bob] = WALLETS
  if (alice === undefined || bob === undefined) throw new Error('no wallets')
  const send = async (
    ...plan: Parameters<typeof signTransaction> extends [bigint, ...infer Rest] ? Rest : never
  ): Promise<string> =>
    String(await call('eth_sendRawTransaction', [bytesToHex(signTransaction(params.chainId, ...plan).bytes)]))
  const data = new Uint8Array(32).fill(3)
  const logged = await send(alice, { nonce: 0n, to: LOGGER_WALLET.address, data, gasLimit: 100_000n })
  const init = Uint8Array.from(Buffer.from(LOGGER_INIT_CODE.slice(2), 'hex'))
  const creation = await send(bob, { nonce: 0n, to: undefined, data: init, gasLimit: 200_000n })
  const account = privateKeyToAccount(bytesToHex(bob.key))
  const plain = { to: LOGGER, gas: 100_000n, gasPrice: 10n ** 10n, chainId: Number(params.chainId) } as const
  const sendSigned = async (signed: string): Promise<string> => String(await call('eth_sendRawTransaction', [signed]))
  const legacy = await sendSigned(await account.signTransaction({ ...plain, type: 'legacy', nonce: 1 }))
  const accessList = [{ address: LOGGER, storageKeys: [`0x${'00'.repeat(32)}`] }] as const
  const listed = await account.signTransaction({ ...plain, type: 'eip2930', nonce: 2, accessList })
  const withAccessList = await sendSigned(listed)
  await mine()
  const block = (await call('eth_getBlockByNumber', ['0x1', false])) as { readonly hash: string }
  await mine()
  const waiting = await send(alice, { nonce: 1n, to: bob.address, value: 1n })
  const raw = bytesToHex(signTransaction(params.chainId, bob, { nonce: 3n, to: alice.address }).bytes)
  const filter = String(await call('eth_newFilter', [{ fromBlock: 'earliest' }]))
  return { block: block.hash, call: logged, creation, legacy, withAccessList, waiting, filter, raw }
}
