import type {
  EngineJson,
  FarmStatusJson,
  MinerStatusJson,
  NetworkParamsJson,
  NodeStatusJson,
} from '../client/node-methods.ts'
import { exactly, listSchema, mapOf, named, oneWordOf, open, orNull, type SchemaOf } from '../schema/json-schema.ts'
import { address, data, decimal, flag, hash, integer, measure, quantity, text } from '../schema/scalars.ts'

// What a node says about itself. States are text, not a closed list: a later version knows more of them.

/** Counts are since the start of the node. */
export const minerStatus: SchemaOf<MinerStatusJson> = named(
  'miner status',
  exactly({
    state: text,
    reason: orNull(text),
    workers: integer,
    beneficiary: address,
    ...{ attempts: integer, voidAttempts: integer, staleAttempts: integer, staleShare: measure },
    ...{ attemptsPerSecond: measure, tokensPerSecond: measure, effortPercent: measure },
    ...{ blocksFound: integer, blocksAccepted: integer, blocksLost: integer, blocksInvalid: integer },
    blocksCanonical: integer,
    rewardsWei: decimal,
    number: orNull(integer),
    target: orNull(quantity),
    expectedSecondsToBlock: orNull(measure),
    best: orNull(exactly({ number: integer, nonce: quantity, workHash: hash, lossMicroNats: integer })),
  }),
)

/** Miners on other machines that work for the node. */
export const farmStatus: SchemaOf<FarmStatusJson> = named(
  'farm status',
  exactly({
    workers: integer,
    ...{ attemptsPerSecond: measure, tokensPerSecond: measure },
    verdicts: mapOf(integer),
    blocksCanonical: integer,
    rewardsWei: decimal,
  }),
)

/** Other features of the node add members of their own. */
export const nodeStatus: SchemaOf<NodeStatusJson> = named(
  'node status',
  open({
    version: text,
    role: oneWordOf(['miner', 'validator']),
    state: exactly({ name: text, detail: text }, ['detail']),
    peerId: orNull(text),
    addresses: listSchema(text),
    peers: integer,
    network: exactly({ name: text, chainId: integer, genesisHash: hash }),
    head: exactly({ number: integer, hash, timestamp: integer, difficulty: decimal, totalWork: decimal }),
    finality: exactly({ number: integer, isSettled: flag, why: text }),
    sync: orNull(
      exactly({
        state: text,
        ...{ currentBlock: integer, highestBlock: integer },
        ...{ blocksPerSecond: measure, secondsLeft: orNull(measure) },
      }),
    ),
    miner: orNull(minerStatus),
    farm: orNull(farmStatus),
    replays: exactly({ total: integer, failed: integer, undecided: integer, perSecond: measure }),
    accountIndex: orNull(exactly({ number: integer, tracedFrom: integer })),
    reorganisations: exactly({ count: integer, deepest: integer }),
    blocksImported: integer,
    orphans: integer,
    invalidBlocks: integer,
    mempool: exactly({ pending: integer, queued: integer, bytes: integer }),
    engine: exactly({
      ...{ name: text, domain: text, state: text, program: orNull(text), system: orNull(text) },
      ...{ workers: integer, evaluations: integer, crashes: integer, queued: integer },
    }),
    memoryBytes: integer,
    uptimeSeconds: integer,
  }),
)

const worker = exactly({ pid: orNull(integer), state: text, restarts: integer })

/** A model that contracts may call in the next block. */
const callableModel = exactly({ ...{ model: text, state: text, reason: orNull(text) }, workers: integer })

export const engine: SchemaOf<EngineJson> = named(
  'engine',
  exactly({
    ...{ state: text, reason: orNull(text), model: text, domain: text },
    workers: listSchema(named('engine worker', worker)),
    queued: exactly({ verify: integer, build: integer, mine: integer, call: integer }),
    callable: listSchema(named('callable model', callableModel)),
    ...{ evaluations: integer, crashes: integer, systemInfo: orNull(text) },
  }),
)

/** A number among the network's parameters: in decimal digits if a plain number cannot hold it. */
const amount = { oneOf: [integer, decimal] }

const genesisAccount = open({
  address,
  balance: amount,
  nonce: amount,
  code: data,
  storage: listSchema(exactly({ key: hash, value: amount })),
})

const changes = open({ work: open({ epochBlocks: amount }, ['epochBlocks']) }, ['work'])

/** The members that programs use; `parseNetworkParams` in core reads them all. */
export const networkParams: SchemaOf<NetworkParamsJson> = named(
  'network params',
  open(
    {
      name: text,
      chainId: integer,
      hardfork: text,
      forks: listSchema(named('fork', open({ name: text, number: amount, changes }))),
      work: open({
        ...{ model: text, modelSha256: hash, domain: text, vectorsSha256: hash, epochBlocks: amount },
        exam: open({ format: text, tokens: integer, answerTokens: integer, minSaltTokens: integer, probes: integer }),
      }),
      difficulty: open({
        ...{ initialTarget: amount, easiestTarget: amount },
        ...{ spacingSeconds: integer, halfLifeSeconds: integer },
      }),
      time: open({ medianSpan: integer, maxFutureSeconds: integer }),
      gas: open({
        ...{ initialLimit: amount, minLimit: amount, limitDivisor: amount, elasticity: amount },
        ...{ initialBaseFee: amount, baseFeeDivisor: amount },
      }),
      rewards: open({ initialWei: amount, halvingBlocks: amount }),
      limits: open({ extraDataBytes: integer, bodyBytes: integer }),
      genesis: open({ timestamp: amount, accounts: listSchema(genesisAccount) }),
    },
    ['forks'],
  ),
)
