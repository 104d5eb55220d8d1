import type { JsonSchema } from '@poai/api'

/** What the public description of a method says: Ethereum's execution-apis, as facts. */
export interface PublicMethod {
  /** How many arguments a client has to give at least, and may give: names are anybody's, places are not. */
  readonly arguments: readonly [least: number, most: number]
  readonly result: JsonSchema
}

// Not made from the product's own schemas: a slip in those must show against these. Members that they do not name may
// be there besides where the public description leaves an object open; where it closes one, so does this.

function pattern(of: string): JsonSchema {
  return { type: 'string', pattern: of }
}

const uint = pattern('^0x([1-9a-f][0-9a-f]*|0)$')
const bytes = pattern('^0x([0-9a-f][0-9a-f])*$')
const bytes8 = pattern('^0x[0-9a-f]{16}$')
const bytes256 = pattern('^0x[0-9a-f]{512}$')
const hash32 = pattern('^0x[0-9a-f]{64}$')
const address = pattern('^0x[0-9a-fA-F]{40}$')
const oneByte = pattern('^0x[0-9a-fA-F]{1,2}$')
const boolean: JsonSchema = { type: 'boolean' }
const text: JsonSchema = { type: 'string' }
const ratio: JsonSchema = { type: 'number', minimum: 0, maximum: 1 }

function open(members: Readonly<Record<string, JsonSchema>>, required: readonly string[]): JsonSchema {
  return { type: 'object', properties: members, required }
}

function closed(members: Readonly<Record<string, JsonSchema>>, required: readonly string[]): JsonSchema {
  return { ...open(members, required), additionalProperties: false }
}

function all(members: Readonly<Record<string, JsonSchema>>): JsonSchema {
  return open(members, Object.keys(members))
}

function listOf(items: JsonSchema, more: JsonSchema = {}): JsonSchema {
  return { type: 'array', items, ...more }
}

function mapOf(values: JsonSchema): JsonSchema {
  return { type: 'object', additionalProperties: values }
}

function orNull(schema: JsonSchema): JsonSchema {
  return { oneOf: [{ type: 'null' }, schema] }
}

const HEADER = {
  ...{ parentHash: hash32, sha3Uncles: hash32, miner: address, stateRoot: hash32, transactionsRoot: hash32 },
  ...{ receiptsRoot: hash32, logsBloom: bytes256, number: uint, gasLimit: uint, gasUsed: uint, timestamp: uint },
  ...{ extraData: bytes, mixHash: hash32, nonce: bytes8, hash: hash32, difficulty: uint, baseFeePerGas: uint },
} as const

const accessList = listOf(closed({ address, storageKeys: listOf(hash32) }, ['address', 'storageKeys']))

/** Members of every signed transaction; `to` is null where one creates a contract. */
const SIGNED = {
  ...{ type: uint, nonce: uint, to: orNull(address), gas: uint, value: uint, input: bytes, gasPrice: uint },
  ...{ r: uint, s: uint, from: address, hash: hash32 },
} as const
const LEGACY = all({ ...SIGNED, type: { const: '0x0' }, v: uint })
const WITH_ACCESS_LIST = all({ ...SIGNED, type: { const: '0x1' }, chainId: uint, accessList, yParity: oneByte })
const WITH_TIP = all({
  ...{ ...SIGNED, type: { const: '0x2' }, chainId: uint, accessList, yParity: oneByte },
  ...{ maxFeePerGas: uint, maxPriorityFeePerGas: uint },
})
const authorization = all({ chainId: uint, nonce: uint, address, yParity: uint, r: uint, s: uint })
const DELEGATING = all({
  ...{ ...SIGNED, type: { const: '0x4' }, to: address, chainId: uint, accessList, yParity: oneByte },
  ...{ maxFeePerGas: uint, maxPriorityFeePerGas: uint, authorizationList: listOf(authorization) },
})
const signedTransaction: JsonSchema = { oneOf: [LEGACY, WITH_ACCESS_LIST, WITH_TIP, DELEGATING] }

const MINED = { blockHash: hash32, blockNumber: uint, blockTimestamp: uint, transactionIndex: uint } as const
const NOWHERE = Object.fromEntries(Object.keys(MINED).map((name) => [name, { type: 'null' }]))
const minedTransaction: JsonSchema = { allOf: [all(MINED), signedTransaction] }
/** One that waits says so by null, as geth's do. */
const transactionInfo: JsonSchema = { allOf: [{ oneOf: [all(MINED), all(NOWHERE)] }, signedTransaction] }

const log = closed(
  {
    ...{ removed: boolean, logIndex: uint, transactionIndex: uint, transactionHash: hash32, blockHash: hash32 },
    ...{ blockNumber: uint, blockTimestamp: uint, address, data: bytes, topics: listOf(hash32, { maxItems: 4 }) },
  },
  // Only the first is demanded publicly; ethers and viem read them all.
  [
    'transactionHash',
    'blockHash',
    'blockNumber',
    'address',
    'data',
    'topics',
    'logIndex',
    'transactionIndex',
    'removed',
  ],
)

const receipt = closed(
  {
    ...{ type: oneByte, transactionHash: hash32, transactionIndex: uint, blockHash: hash32, blockNumber: uint },
    ...{ from: address, to: orNull(address), cumulativeGasUsed: uint, gasUsed: uint, contractAddress: orNull(address) },
    ...{ logs: listOf(log), logsBloom: bytes256, status: { enum: ['0x0', '0x1'] }, effectiveGasPrice: uint },
  },
  [
    ...['blockHash', 'blockNumber', 'from', 'cumulativeGasUsed', 'gasUsed', 'logs', 'logsBloom', 'transactionHash'],
    ...['transactionIndex', 'effectiveGasPrice', 'status', 'type', 'to', 'contractAddress'],
  ],
)

const header = all(HEADER)
const block = all({
  ...HEADER,
  size: uint,
  transactions: { anyOf: [listOf(hash32), listOf(minedTransaction)] },
  uncles: listOf(hash32),
})

const filterResults: JsonSchema = { anyOf: [listOf(hash32), listOf(log)] }
const accountProof = all({
  ...{ address, accountProof: listOf(bytes), balance: uint, codeHash: hash32, nonce: uint, storageHash: hash32 },
  storageProof: listOf(all({ key: hash32, value: uint, proof: listOf(bytes) })),
})
const poolOf = (entry: JsonSchema): JsonSchema =>
  closed({ pending: mapOf(mapOf(entry)), queued: mapOf(mapOf(entry)) }, ['pending', 'queued'])

const span = closed(
  {
    ...{ disabled: boolean, oldestBlock: uint },
    deleteStrategy: closed({ type: { const: 'window' }, retentionBlocks: uint }, ['type', 'retentionBlocks']),
  },
  ['disabled'],
)
const SPANS = { state: span, tx: span, logs: span, receipts: span, blocks: span, stateproofs: span } as const
const count: JsonSchema = { type: 'integer', minimum: 0 }
const blobSchedule = { baseFeeUpdateFraction: count, max: count, target: count } as const
const CONFIG = {
  ...{ activationTime: { type: 'number' }, chainId: uint, forkId: pattern('^0x[0-9a-f]{8}$') },
  blobSchedule: closed(blobSchedule, Object.keys(blobSchedule)),
  ...{ precompiles: mapOf(address), systemContracts: mapOf(address) },
} as const
const config = closed(CONFIG, Object.keys(CONFIG))

const UNSIGNED = {
  ...{ type: oneByte, nonce: uint, gas: uint, value: uint, input: bytes, gasPrice: uint, chainId: uint },
  to: orNull(address),
} as const
const unsignedTransaction: JsonSchema = {
  oneOf: [
    all({ ...UNSIGNED, type: { const: '0x0' } }),
    all({ ...UNSIGNED, type: { const: '0x1' }, accessList }),
    all({ ...UNSIGNED, type: { const: '0x2' }, accessList, maxFeePerGas: uint, maxPriorityFeePerGas: uint }),
    all({
      ...{ ...UNSIGNED, type: { const: '0x4' }, to: address, accessList, maxFeePerGas: uint },
      ...{ maxPriorityFeePerGas: uint, authorizationList: listOf(authorization) },
    }),
  ],
}

const CALL = { returnData: bytes, gasUsed: uint, maxUsedGas: uint } as const
const simulatedCall: JsonSchema = {
  oneOf: [
    open({ ...CALL, status: { const: '0x1' }, logs: listOf(log) }, ['status', 'returnData', 'gasUsed', 'logs']),
    open(
      {
        ...{ ...CALL, status: { const: '0x0' } },
        error: {
          oneOf: [
            all({ code: { const: 3 }, message: pattern('^execution reverted.*') }),
            all({ code: { const: -32_015 }, message: pattern('^vm execution error.*') }),
          ],
        },
      },
      ['status', 'returnData', 'gasUsed', 'error'],
    ),
  ],
}
const simulatedBlock: JsonSchema = {
  allOf: [
    all({ ...HEADER, size: uint, uncles: listOf(hash32) }),
    all({ transactions: { anyOf: [listOf(hash32), listOf(minedTransaction)] }, calls: listOf(simulatedCall) }),
  ],
}

function method(least: number, most: number, result: JsonSchema): PublicMethod {
  return { arguments: [least, most], result }
}

/**
 * Every public method that a node without keys and beacon chain can answer, and some that the public description no
 * longer has.
 */
export const PUBLIC_METHODS: Readonly<Record<string, PublicMethod>> = {
  eth_chainId: method(0, 0, uint),
  eth_syncing: method(0, 0, {
    oneOf: [{ const: false }, all({ startingBlock: uint, currentBlock: uint, highestBlock: uint })],
  }),
  eth_coinbase: method(0, 0, address),
  eth_accounts: method(0, 0, listOf(address)),
  eth_blockNumber: method(0, 0, uint),
  eth_gasPrice: method(0, 0, uint),
  eth_baseFee: method(0, 0, uint),
  eth_blobBaseFee: method(0, 0, uint),
  eth_maxPriorityFeePerGas: method(0, 0, uint),
  eth_config: method(0, 0, closed({ current: config, next: orNull(config), last: orNull(config) }, ['current'])),
  eth_capabilities: method(
    0,
    0,
    closed({ head: closed({ number: uint, hash: hash32 }, ['number', 'hash']), ...SPANS }, [
      'head',
      ...Object.keys(SPANS),
    ]),
  ),
  eth_feeHistory: method(
    3,
    3,
    closed(
      {
        ...{ oldestBlock: uint, baseFeePerGas: listOf(uint), gasUsedRatio: listOf(ratio) },
        ...{ baseFeePerBlobGas: listOf(uint), blobGasUsedRatio: listOf(ratio), reward: listOf(listOf(uint)) },
      },
      ['oldestBlock', 'baseFeePerGas', 'gasUsedRatio'],
    ),
  ),
  eth_getBlockByHash: method(2, 2, orNull(block)),
  eth_getBlockByNumber: method(2, 2, orNull(block)),
  eth_getHeaderByHash: method(1, 1, orNull(header)),
  eth_getHeaderByNumber: method(1, 1, orNull(header)),
  eth_getBlockTransactionCountByHash: method(1, 1, orNull(uint)),
  eth_getBlockTransactionCountByNumber: method(1, 1, orNull(uint)),
  eth_getUncleCountByBlockHash: method(1, 1, orNull(uint)),
  eth_getUncleCountByBlockNumber: method(1, 1, orNull(uint)),
  eth_getBlockAccessList: method(1, 1, { type: 'null' }),
  eth_getBlockReceipts: method(1, 1, orNull(listOf(receipt))),
  eth_getTransactionByHash: method(1, 1, orNull(transactionInfo)),
  eth_getTransactionByBlockHashAndIndex: method(2, 2, orNull(minedTransaction)),
  eth_getTransactionByBlockNumberAndIndex: method(2, 2, orNull(minedTransaction)),
  eth_getTransactionReceipt: method(1, 1, orNull(receipt)),
  eth_sendRawTransaction: method(1, 1, hash32),
  eth_fillTransaction: method(1, 1, open({ tx: unsignedTransaction }, ['tx'])),
  eth_getBalance: method(1, 2, uint),
  eth_getTransactionCount: method(1, 2, uint),
  eth_getCode: method(1, 2, bytes),
  eth_getStorageAt: method(2, 3, bytes),
  eth_getStorageValues: method(1, 2, mapOf(listOf(bytes))),
  eth_getProof: method(3, 3, accountProof),
  eth_call: method(1, 2, bytes),
  eth_estimateGas: method(1, 2, uint),
  eth_createAccessList: method(1, 2, closed({ accessList, error: text, gasUsed: uint }, ['accessList', 'gasUsed'])),
  eth_simulateV1: method(1, 2, listOf(simulatedBlock)),
  eth_getLogs: method(1, 1, filterResults),
  eth_newFilter: method(1, 1, uint),
  eth_newBlockFilter: method(0, 0, uint),
  eth_newPendingTransactionFilter: method(0, 0, uint),
  eth_getFilterChanges: method(1, 1, filterResults),
  eth_getFilterLogs: method(1, 1, filterResults),
  eth_uninstallFilter: method(1, 1, boolean),
  net_version: method(0, 0, pattern('^[0-9]+$')),
  net_listening: method(0, 0, boolean),
  net_peerCount: method(0, 0, uint),
  web3_clientVersion: method(0, 0, text),
  web3_sha3: method(1, 1, hash32),
  txpool_status: method(0, 0, closed({ pending: uint, queued: uint }, ['pending', 'queued'])),
  txpool_content: method(0, 0, poolOf(transactionInfo)),
  txpool_contentFrom: method(
    1,
    1,
    closed({ pending: mapOf(transactionInfo), queued: mapOf(transactionInfo) }, ['pending', 'queued']),
  ),
  txpool_inspect: method(0, 0, poolOf(text)),
  debug_getRawHeader: method(1, 1, orNull(bytes)),
  debug_getRawBlock: method(1, 1, orNull(bytes)),
  debug_getRawReceipts: method(1, 1, orNull(listOf(bytes))),
  debug_getRawTransaction: method(1, 1, bytes),
  debug_getRawBlockAccessList: method(1, 1, bytes),
  debug_getBadBlocks: method(0, 0, listOf(closed({ block, hash: hash32, rlp: bytes }, ['block', 'hash', 'rlp']))),
  debug_traceTransaction: method(1, 2, {}),
  debug_traceBlockByHash: method(1, 2, listOf(open({ txHash: hash32 }, ['txHash']))),
  debug_traceBlockByNumber: method(1, 2, listOf(open({ txHash: hash32 }, ['txHash']))),
}

/** Which public methods a node without keys cannot offer, and why. */
export const NOT_OFFERED: Readonly<Record<string, string>> = {
  eth_sign: 'the node holds no keys',
  eth_signTransaction: 'the node holds no keys',
  eth_sendTransaction: 'the node holds no keys',
}

/** All methods of Ethereum's execution-apis (commit 033ca6e) besides those of `engine` and `testing`. */
export const PUBLIC_NAMES: readonly string[] = [
  ...['debug_getBadBlocks', 'debug_getRawBlock', 'debug_getRawBlockAccessList', 'debug_getRawHeader'],
  ...['debug_getRawReceipts', 'debug_getRawTransaction', 'debug_traceBlockByHash', 'debug_traceBlockByNumber'],
  ...['debug_traceTransaction', 'eth_accounts', 'eth_baseFee', 'eth_blobBaseFee', 'eth_blockNumber', 'eth_call'],
  ...['eth_capabilities', 'eth_chainId', 'eth_coinbase', 'eth_config', 'eth_createAccessList', 'eth_estimateGas'],
  ...['eth_feeHistory', 'eth_fillTransaction', 'eth_gasPrice', 'eth_getBalance', 'eth_getBlockAccessList'],
  ...['eth_getBlockByHash', 'eth_getBlockByNumber', 'eth_getBlockReceipts', 'eth_getBlockTransactionCountByHash'],
  ...['eth_getBlockTransactionCountByNumber', 'eth_getCode', 'eth_getFilterChanges', 'eth_getFilterLogs'],
  ...['eth_getLogs', 'eth_getProof', 'eth_getStorageAt', 'eth_getStorageValues'],
  ...['eth_getTransactionByBlockHashAndIndex', 'eth_getTransactionByBlockNumberAndIndex', 'eth_getTransactionByHash'],
  ...['eth_getTransactionCount', 'eth_getTransactionReceipt', 'eth_maxPriorityFeePerGas', 'eth_newBlockFilter'],
  ...['eth_newFilter', 'eth_newPendingTransactionFilter', 'eth_sendRawTransaction', 'eth_sendTransaction', 'eth_sign'],
  ...['eth_signTransaction', 'eth_simulateV1', 'eth_syncing', 'eth_uninstallFilter', 'net_version'],
  ...['txpool_content', 'txpool_contentFrom', 'txpool_status'],
]
