import type { Hex } from '@poai/core'
import type {
  AccessListResultJson,
  BadBlockJson,
  BlockJson,
  CapabilitiesJson,
  ConfigsJson,
  FeeHistoryJson,
  FilledTransactionJson,
  HeaderJson,
  LogJson,
  Modules,
  PoolContentJson,
  PoolLinesJson,
  PoolPartJson,
  PoolSizesJson,
  ProofJson,
  ReceiptJson,
  SimulatedBlockJson,
  StorageValues,
  SyncingJson,
  TransactionJson,
} from '../client/node-methods.ts'
import {
  exactly,
  type JsonSchema,
  listSchema,
  type Members,
  mapOf,
  named,
  oneWordOf,
  orNull,
  type SchemaOf,
} from '../schema/json-schema.ts'
import { address, bloom, data, flag, hash, integer, measure, quantity, text } from '../schema/scalars.ts'

// As Ethereum's execution-apis describe them, with what this chain adds.

const nonce: JsonSchema = { title: '8 bytes', type: 'string', pattern: '^0x[0-9a-f]{16}$' }

const headerMembers: Members = {
  number: quantity,
  hash,
  parentHash: hash,
  nonce,
  mixHash: hash,
  sha3Uncles: hash,
  logsBloom: bloom,
  transactionsRoot: hash,
  stateRoot: hash,
  receiptsRoot: hash,
  miner: address,
  difficulty: quantity,
  extraData: data,
  gasLimit: quantity,
  gasUsed: quantity,
  timestamp: quantity,
  baseFeePerGas: quantity,
  poai: exactly({ target: hash, lossMicroNats: quantity, transcriptRoot: hash, answersRoot: hash, answers: quantity }, [
    'answersRoot',
    'answers',
  ]),
}

export const header: SchemaOf<HeaderJson> = named('header', exactly(headerMembers))

const accessList: JsonSchema = listSchema(
  named('access list entry', exactly({ address, storageKeys: listSchema(hash) })),
)

const authorizationList: JsonSchema = listSchema(
  named(
    'authorization',
    exactly({ chainId: quantity, address, nonce: quantity, yParity: quantity, r: quantity, s: quantity }),
  ),
)

const kindMembers: Members = { type: oneWordOf(['0x0', '0x1', '0x2', '0x4']), chainId: quantity, nonce: quantity }

const messageMembers: Members = {
  to: orNull(address),
  value: quantity,
  gas: quantity,
  gasPrice: quantity,
  maxFeePerGas: quantity,
  maxPriorityFeePerGas: quantity,
  input: data,
  accessList,
  authorizationList,
}
/** Not all types have them. */
const OF_SOME_TYPES = ['maxFeePerGas', 'maxPriorityFeePerGas', 'accessList', 'authorizationList'] as const

export const transaction: SchemaOf<TransactionJson> = named(
  'transaction',
  exactly(
    {
      blockHash: orNull(hash),
      blockNumber: orNull(quantity),
      blockTimestamp: orNull(quantity),
      transactionIndex: orNull(quantity),
      hash,
      ...kindMembers,
      from: address,
      ...messageMembers,
      yParity: quantity,
      v: quantity,
      r: quantity,
      s: quantity,
    },
    [...OF_SOME_TYPES, 'yParity'],
  ),
)

export const log: SchemaOf<LogJson> = named(
  'log',
  exactly({
    address,
    topics: listSchema(hash),
    data,
    blockNumber: quantity,
    blockHash: hash,
    transactionHash: hash,
    transactionIndex: quantity,
    logIndex: quantity,
    removed: flag,
  }),
)

/** Without its logs and their bloom, which Otterscan leaves out. */
export const receiptMembers: Members = {
  transactionHash: hash,
  transactionIndex: quantity,
  blockHash: hash,
  blockNumber: quantity,
  from: address,
  to: orNull(address),
  type: quantity,
  status: oneWordOf(['0x0', '0x1']),
  cumulativeGasUsed: quantity,
  gasUsed: quantity,
  effectiveGasPrice: quantity,
  contractAddress: orNull(address),
}

export const receipt: SchemaOf<ReceiptJson> = named(
  'receipt',
  exactly({ ...receiptMembers, logs: listSchema(log), logsBloom: bloom }),
)

/** Of a block whose transactions are shown in some way. */
export function blockMembers(transactions: JsonSchema): Members {
  return {
    ...headerMembers,
    totalDifficulty: quantity,
    size: quantity,
    transactions,
    uncles: { ...listSchema(hash), maxItems: 0 },
  }
}

export const block: SchemaOf<BlockJson> = named(
  'block',
  exactly(blockMembers({ anyOf: [listSchema(hash), listSchema(transaction)] }), ['totalDifficulty']),
)

const simulatedCall: JsonSchema = named(
  'simulated call',
  exactly(
    {
      status: oneWordOf(['0x0', '0x1']),
      returnData: data,
      gasUsed: quantity,
      maxUsedGas: quantity,
      logs: listSchema(log),
      error: named('simulated error', exactly({ code: { type: 'integer' }, message: text, data }, ['data'])),
    },
    ['error'],
  ),
)

export const simulatedBlocks: SchemaOf<readonly SimulatedBlockJson[]> = listSchema<SimulatedBlockJson>(
  named(
    'simulated block',
    exactly(
      {
        ...blockMembers({ anyOf: [listSchema(hash), listSchema(transaction)] }),
        calls: listSchema(simulatedCall),
      },
      ['totalDifficulty'],
    ),
  ),
)

export const feeHistory: SchemaOf<FeeHistoryJson> = named(
  'fee history',
  exactly(
    {
      oldestBlock: quantity,
      baseFeePerGas: listSchema(quantity),
      gasUsedRatio: listSchema({ type: 'number', minimum: 0, maximum: 1 }),
      reward: listSchema(listSchema(quantity)),
    },
    ['reward'],
  ),
)

export const proof: SchemaOf<ProofJson> = named(
  'proof',
  exactly({
    address,
    accountProof: listSchema(data),
    balance: quantity,
    codeHash: hash,
    nonce: quantity,
    storageHash: hash,
    storageProof: listSchema(named('storage proof', exactly({ key: hash, value: quantity, proof: listSchema(data) }))),
  }),
)

export const accessListResult: SchemaOf<AccessListResultJson> = named(
  'access list result',
  exactly({ accessList, gasUsed: quantity, error: text }, ['error']),
)

export const syncing: SchemaOf<SyncingJson> = named(
  'syncing',
  exactly({
    startingBlock: quantity,
    currentBlock: quantity,
    highestBlock: quantity,
    poai: named('sync details', exactly({ state: text, blocksPerSecond: measure, secondsLeft: orNull(measure) })),
  }),
)

export const poolSizes: SchemaOf<PoolSizesJson> = named('pool sizes', exactly({ pending: quantity, queued: quantity }))

const byNonce = mapOf(transaction)

export const poolPart: SchemaOf<PoolPartJson> = named('pool part', exactly({ pending: byNonce, queued: byNonce }))

export const poolContent: SchemaOf<PoolContentJson> = named(
  'pool content',
  exactly({ pending: mapOf(byNonce), queued: mapOf(byNonce) }),
)

export const poolLines: SchemaOf<PoolLinesJson> = named(
  'pool lines',
  exactly({ pending: mapOf(mapOf(text)), queued: mapOf(mapOf(text)) }),
)

const keptSpan: JsonSchema = named(
  'kept span',
  exactly(
    {
      disabled: flag,
      oldestBlock: quantity,
      deleteStrategy: named('delete strategy', exactly({ type: oneWordOf(['window']), retentionBlocks: quantity })),
    },
    ['oldestBlock', 'deleteStrategy'],
  ),
)

export const capabilities: SchemaOf<CapabilitiesJson> = named(
  'capabilities',
  exactly({
    head: named('block name', exactly({ number: quantity, hash })),
    state: keptSpan,
    tx: keptSpan,
    logs: keptSpan,
    receipts: keptSpan,
    blocks: keptSpan,
    stateproofs: keptSpan,
  }),
)

const forkConfig: JsonSchema = named(
  'fork config',
  exactly({
    activationTime: integer,
    blobSchedule: named('blob schedule', exactly({ baseFeeUpdateFraction: integer, max: integer, target: integer })),
    chainId: quantity,
    forkId: { title: '4 bytes', type: 'string', pattern: '^0x[0-9a-f]{8}$' },
    precompiles: mapOf(address),
    systemContracts: mapOf(address),
  }),
)

export const configs: SchemaOf<ConfigsJson> = named(
  'configs',
  exactly({ current: forkConfig, next: orNull(forkConfig), last: orNull(forkConfig) }),
)

export const storageValues: SchemaOf<StorageValues> = named('storage values', mapOf(listSchema(hash)))

const unsignedTransaction: JsonSchema = named(
  'unsigned transaction',
  exactly({ ...kindMembers, ...messageMembers }, OF_SOME_TYPES),
)

export const filledTransaction: SchemaOf<FilledTransactionJson> = named(
  'filled transaction',
  exactly({ raw: data, tx: unsignedTransaction }),
)

export const badBlocks: SchemaOf<readonly BadBlockJson[]> = listSchema<BadBlockJson>(
  named('bad block', exactly({ block, hash, rlp: data })),
)

/** Namespaces with their versions. */
export const modules: SchemaOf<Modules> = named('modules', mapOf(text))

/** What a filter has found since the last call: hashes of blocks or transactions, or logs. */
export const filterChanges: SchemaOf<readonly Hex[] | readonly LogJson[]> = {
  anyOf: [listSchema(hash), listSchema(log)],
}

/** The traces of a block; the shape of each depends on its tracer. */
export const traces: JsonSchema = listSchema(named('transaction trace', exactly({ txHash: hash, result: {} })))
