import { orNull, RESULTS } from './ethereum-shapes.ts'
import type { JsonSchema } from './shape.ts'

// What results look like, as Ethereum's execution-apis describe them, with what this chain adds. Served by
// `rpc.discover`, and every method's answers are checked against them in the tests.

const { quantity, data, hash, address, text, flag } = RESULTS

/** An object with exactly these members; those in `optional` may be missing. */
function exactly(members: Readonly<Record<string, JsonSchema>>, optional: readonly string[] = []): JsonSchema {
  const required = Object.keys(members).filter((name) => !optional.includes(name))
  return { type: 'object', properties: members, required, additionalProperties: false }
}

function listSchema(items: JsonSchema): JsonSchema {
  return { type: 'array', items }
}

function mapOf(values: JsonSchema): JsonSchema {
  return { type: 'object', additionalProperties: values }
}

const bloom: JsonSchema = { title: '256 bytes', type: 'string', pattern: '^0x[0-9a-f]{512}$' }
const nonce: JsonSchema = { title: '8 bytes', type: 'string', pattern: '^0x[0-9a-f]{16}$' }
const integer: JsonSchema = { type: 'integer', minimum: 0 }
const rate: JsonSchema = { type: 'number', minimum: 0 }

const headerMembers = {
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
  poai: exactly({ target: hash, lossMicroNats: quantity, transcriptRoot: hash }),
} as const

const accessList: JsonSchema = listSchema(exactly({ address, storageKeys: listSchema(hash) }))

const transaction: JsonSchema = exactly(
  {
    blockHash: orNull(hash),
    blockNumber: orNull(quantity),
    blockTimestamp: orNull(quantity),
    transactionIndex: orNull(quantity),
    hash,
    type: { type: 'string', enum: ['0x0', '0x1', '0x2'] },
    chainId: quantity,
    nonce: quantity,
    from: address,
    to: orNull(address),
    value: quantity,
    gas: quantity,
    gasPrice: quantity,
    maxFeePerGas: quantity,
    maxPriorityFeePerGas: quantity,
    input: data,
    accessList,
    yParity: quantity,
    v: quantity,
    r: quantity,
    s: quantity,
  },
  ['maxFeePerGas', 'maxPriorityFeePerGas', 'accessList', 'yParity'],
)

const log: JsonSchema = exactly({
  address,
  topics: listSchema(hash),
  data,
  blockNumber: quantity,
  blockHash: hash,
  transactionHash: hash,
  transactionIndex: quantity,
  logIndex: quantity,
  removed: flag,
})

const receipt: JsonSchema = exactly({
  transactionHash: hash,
  transactionIndex: quantity,
  blockHash: hash,
  blockNumber: quantity,
  from: address,
  to: orNull(address),
  type: quantity,
  status: { type: 'string', enum: ['0x0', '0x1'] },
  cumulativeGasUsed: quantity,
  gasUsed: quantity,
  effectiveGasPrice: quantity,
  contractAddress: orNull(address),
  logs: listSchema(log),
  logsBloom: bloom,
})

const block: JsonSchema = exactly(
  {
    ...headerMembers,
    totalDifficulty: quantity,
    size: quantity,
    transactions: { anyOf: [listSchema(hash), listSchema(transaction)] },
    uncles: { type: 'array', maxItems: 0 },
  },
  ['totalDifficulty'],
)

const examToken: JsonSchema = exactly({ expected: text, given: text, lossMicroNats: quantity })

const quiz: JsonSchema = exactly(
  {
    family: text,
    question: text,
    expected: text,
    answer: text,
    isRight: flag,
    lossMicroNats: quantity,
    tokens: listSchema(examToken),
  },
  ['answer', 'isRight', 'lossMicroNats', 'tokens'],
)

const exam: JsonSchema = exactly(
  {
    number: quantity,
    hash,
    examSeed: hash,
    epochKey: hash,
    sealHash: hash,
    nonce: quantity,
    lossMicroNats: quantity,
    transcriptRoot: hash,
    workHash: hash,
    target: hash,
    text,
    tokens: integer,
    answerTokens: integer,
    replayAgrees: flag,
    right: integer,
    quizzes: listSchema(quiz),
  },
  ['replayAgrees', 'right'],
)

/** What workers of farms send: read by the work desk, which says what is wrong with it. */
export const WORK_MESSAGES: Readonly<Record<'request' | 'solution' | 'report', JsonSchema>> = {
  request: {
    title: 'work request',
    ...exactly({ worker: text, beneficiary: orNull(address), after: orNull(hash) }, ['beneficiary', 'after']),
  },
  solution: {
    title: 'work solution',
    ...exactly(
      {
        worker: text,
        jobId: hash,
        nonce: quantity,
        lossMicroNats: quantity,
        transcriptRoot: hash,
        block: orNull(data),
      },
      ['block'],
    ),
  },
  report: {
    title: 'rate report',
    ...exactly({ worker: text, attemptsPerSecond: rate, tokensPerSecond: rate, workers: integer }),
  },
}

/** Named, so that methods say what they answer and readers find it. */
export const SCHEMAS: Readonly<
  Record<
    | 'block'
    | 'header'
    | 'transaction'
    | 'receipt'
    | 'receipts'
    | 'log'
    | 'logs'
    | 'feeHistory'
    | 'proof'
    | 'accessListResult'
    | 'syncing'
    | 'poolStatus'
    | 'poolContent'
    | 'poolSummary'
    | 'exam'
    | 'transcript'
    | 'verdict'
    | 'accuracy'
    | 'workJob'
    | 'workAnswer'
    | 'hashes',
    JsonSchema
  >
> = {
  block: { title: 'block', ...block },
  header: { title: 'header', ...exactly(headerMembers) },
  transaction: { title: 'transaction', ...transaction },
  receipt: { title: 'receipt', ...receipt },
  receipts: { title: 'receipts', ...listSchema(receipt) },
  log: { title: 'log', ...log },
  logs: { title: 'logs', ...listSchema(log) },
  hashes: { title: 'hashes', ...listSchema(hash) },
  feeHistory: {
    title: 'fee history',
    ...exactly(
      {
        oldestBlock: quantity,
        baseFeePerGas: listSchema(quantity),
        gasUsedRatio: listSchema({ type: 'number', minimum: 0, maximum: 1 }),
        reward: listSchema(listSchema(quantity)),
      },
      ['reward'],
    ),
  },
  proof: {
    title: 'proof',
    ...exactly({
      address,
      accountProof: listSchema(data),
      balance: quantity,
      codeHash: hash,
      nonce: quantity,
      storageHash: hash,
      storageProof: listSchema(exactly({ key: hash, value: quantity, proof: listSchema(data) })),
    }),
  },
  accessListResult: {
    title: 'access list and gas',
    ...exactly({ accessList, gasUsed: quantity, error: text }, ['error']),
  },
  syncing: {
    title: 'progress',
    ...exactly({
      startingBlock: quantity,
      currentBlock: quantity,
      highestBlock: quantity,
      poai: RESULTS.object,
    }),
  },
  poolStatus: { title: 'pool sizes', ...exactly({ pending: quantity, queued: quantity }) },
  poolContent: {
    title: 'pool content',
    ...exactly({ pending: mapOf(mapOf(transaction)), queued: mapOf(mapOf(transaction)) }),
  },
  poolSummary: { title: 'pool lines', ...exactly({ pending: mapOf(mapOf(text)), queued: mapOf(mapOf(text)) }) },
  exam: { title: 'exam', ...exam },
  transcript: {
    title: 'transcript',
    ...exactly(
      {
        root: hash,
        agrees: flag,
        size: integer,
        leaves: listSchema(hash),
        index: integer,
        leaf: data,
        leafHash: hash,
        path: listSchema(hash),
        isIncluded: flag,
      },
      ['leaves', 'index', 'leaf', 'leafHash', 'path', 'isIncluded'],
    ),
  },
  verdict: {
    title: 'verdict',
    ...exactly({ block: hash, valid: flag, code: text, reason: text, milliseconds: integer }, ['code', 'reason']),
  },
  accuracy: {
    title: 'accuracy',
    ...exactly({
      from: quantity,
      to: quantity,
      families: listSchema(exactly({ family: text, asked: integer, right: integer, meanLossMicroNats: quantity })),
      blocks: listSchema(exactly({ number: quantity, hash, asked: integer, right: integer, lossMicroNats: quantity })),
    }),
  },
  workJob: {
    title: 'work job',
    ...exactly({
      ...{ jobId: hash, sealHash: hash, number: quantity, target: quantity, header: data, epochKey: hash },
      ...{ firstNonce: quantity, endNonce: quantity, expiresInMs: integer },
      network: exactly({ name: text, genesisHash: hash }),
      body: orNull(data),
    }),
  },
  workAnswer: {
    title: 'work answer',
    ...exactly({ verdict: text, blockHash: orNull(hash), rule: orNull(text) }),
  },
}
