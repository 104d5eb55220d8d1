import type {
  BlockDetailsJson,
  BlockTransactionsJson,
  ContractCreatorJson,
  FoundTransactionsJson,
  InternalOperationJson,
  TracedCallJson,
} from '../client/node-methods.ts'
import { exactly, type JsonSchema, listSchema, named, orNull, type SchemaOf } from '../schema/json-schema.ts'
import { address, bloom, data, flag, hash, integer, nothing, quantity, text } from '../schema/scalars.ts'
import { blockMembers, log, receiptMembers, transaction } from './ethereum.ts'

// As Otterscan wants them: without what is long and what it does not show.

const shortBlock: JsonSchema = named(
  'short block',
  exactly(
    {
      ...blockMembers({ ...listSchema(hash), maxItems: 0 }),
      logsBloom: nothing,
      transactionCount: integer,
    },
    ['totalDifficulty'],
  ),
)

const countedBlock: JsonSchema = named(
  'counted block',
  exactly({ ...blockMembers(listSchema(transaction)), transactionCount: integer }, ['totalDifficulty']),
)

const shortReceipt: JsonSchema = named(
  'short receipt',
  exactly({ ...receiptMembers, logs: nothing, logsBloom: nothing, timestamp: integer }),
)

/** Search results keep their logs: Otterscan reads transfers of tokens from them. */
const foundReceipt: JsonSchema = named(
  'found receipt',
  exactly({ ...receiptMembers, logs: listSchema(log), logsBloom: bloom, timestamp: integer }),
)

export const blockDetails: SchemaOf<BlockDetailsJson> = named(
  'block details',
  exactly({
    block: shortBlock,
    issuance: exactly({ blockReward: quantity, uncleReward: quantity, issuance: quantity }),
    totalFees: quantity,
  }),
)

export const blockTransactions: SchemaOf<BlockTransactionsJson> = named(
  'block transactions',
  exactly({ fullblock: countedBlock, receipts: listSchema(shortReceipt) }),
)

export const foundTransactions: SchemaOf<FoundTransactionsJson> = named(
  'found transactions',
  exactly({ txs: listSchema(transaction), receipts: listSchema(foundReceipt), firstPage: flag, lastPage: flag }),
)

export const contractCreator: SchemaOf<ContractCreatorJson> = named(
  'contract creator',
  exactly({ hash, creator: address }),
)

export const tracedCalls: SchemaOf<readonly TracedCallJson[]> = listSchema(
  named(
    'traced call',
    exactly({
      ...{ type: text, depth: integer, from: address, to: address },
      ...{ value: orNull(quantity), input: data, output: data },
    }),
  ),
)

export const internalOperations: SchemaOf<readonly InternalOperationJson[]> = listSchema(
  named('internal operation', exactly({ type: integer, from: address, to: address, value: quantity })),
)
