import type { FlatTraceJson, ReplayedTransactionJson, ReplayJson, RewardTraceJson } from '../client/node-methods.ts'
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
import { address, data, hash, integer, nothing, quantity, text } from '../schema/scalars.ts'

// As OpenEthereum, Erigon and Reth answer `trace_…`.

const callAction: JsonSchema = named(
  'call action',
  exactly({
    ...{ from: address, to: address, gas: quantity, input: data, value: quantity },
    callType: oneWordOf(['call', 'callcode', 'delegatecall', 'staticcall']),
  }),
)

const createAction: JsonSchema = named(
  'create action',
  exactly({
    ...{ from: address, gas: quantity, init: data, value: quantity },
    creationMethod: oneWordOf(['create', 'create2']),
  }),
)

const destroyAction: JsonSchema = named(
  'destroy action',
  exactly({ address, balance: quantity, refundAddress: address }),
)

const callResult: JsonSchema = named('call result', exactly({ gasUsed: quantity, output: data }))

const createResult: JsonSchema = named('create result', exactly({ gasUsed: quantity, address, code: data }))

/** Of a trace without its place; `error` is there if the frame failed. */
const bareMembers: Members = {
  action: { anyOf: [callAction, createAction, destroyAction] },
  result: { anyOf: [callResult, createResult, nothing] },
  error: text,
  subtraces: integer,
  traceAddress: listSchema(integer),
  type: oneWordOf(['call', 'create', 'suicide']),
}

const bareTrace: JsonSchema = named('bare trace', exactly(bareMembers, ['error']))

export const flatTrace: SchemaOf<FlatTraceJson> = named(
  'flat trace',
  exactly(
    {
      ...bareMembers,
      ...{ blockHash: hash, blockNumber: integer, transactionHash: hash, transactionPosition: integer },
    },
    ['error'],
  ),
)

/** What the miner of a block got for it: no transaction's. */
const rewardTrace: JsonSchema = named(
  'reward trace',
  exactly({
    action: exactly({ author: address, rewardType: oneWordOf(['block']), value: quantity }),
    ...{ result: nothing, subtraces: integer, traceAddress: listSchema(integer), type: oneWordOf(['reward']) },
    ...{ blockHash: hash, blockNumber: integer, transactionHash: nothing, transactionPosition: nothing },
  }),
)

export const blockTrace: SchemaOf<FlatTraceJson | RewardTraceJson> = { anyOf: [flatTrace, rewardTrace] }

/** Digits of any number: code has two for each byte, a balance as many as it needs. */
const digits: JsonSchema = { type: 'string', pattern: '^0x[0-9a-f]*$' }

/** Unchanged, added, removed, or changed. */
const difference: JsonSchema = {
  anyOf: [
    oneWordOf(['=']),
    named('added value', exactly({ '+': digits })),
    named('removed value', exactly({ '-': digits })),
    named('changed value', exactly({ '*': exactly({ from: digits, to: digits }) })),
  ],
}

const accountDiff: JsonSchema = named(
  'account diff',
  exactly({ balance: difference, code: difference, nonce: difference, storage: mapOf(difference) }),
)

const replayMembers: Members = {
  output: data,
  stateDiff: orNull(mapOf(accountDiff)),
  trace: listSchema(bareTrace),
  vmTrace: nothing,
}

export const replay: SchemaOf<ReplayJson> = named('replay', exactly(replayMembers))

export const replayedTransaction: SchemaOf<ReplayedTransactionJson> = named(
  'replayed transaction',
  exactly({ ...replayMembers, transactionHash: hash }),
)
