import {
  address,
  type BlockHeight,
  blockNumber,
  type Call,
  hash,
  LATEST,
  listOf,
  listSchema,
  type Method,
  method,
  objectOf,
  type PreparedJson,
  RpcError,
  required,
  SCHEMAS,
  type Shape,
  titled,
} from '@poai/api'
import { type LogFilter, logsOfReceipts } from '@poai/chain'
import type { Address, Hash32 } from '@poai/core'
import type { MethodContext } from '../method-context.ts'

/** Addresses, or topics at one place, that a filter may name. */
const MAX_ALTERNATIVES = 1000
const MAX_TOPICS = 4

/** One of these; anything, if there are none. */
function oneOf<T>(of: Shape<T>): Shape<readonly T[]> {
  const list = listOf(of, MAX_ALTERNATIVES)
  return {
    schema: { oneOf: [of.schema, list.schema, { type: 'null' }] },
    parse: (value, path) => {
      if (value === null || value === undefined) return []
      return Array.isArray(value) ? list.parse(value, path) : [of.parse(value, path)]
    },
  }
}

/** What `eth_getLogs`, filters and subscriptions are asked for. */
export interface LogQuestion {
  readonly fromBlock: BlockHeight
  readonly toBlock: BlockHeight
  readonly blockHash: Hash32
  readonly address: readonly Address[]
  readonly topics: readonly (readonly Hash32[])[]
}

/** The filter object of Ethereum's log methods. */
export const logQuestion: Shape<Partial<LogQuestion>> = titled(
  'log question',
  objectOf<LogQuestion>({
    fromBlock: blockNumber,
    toBlock: blockNumber,
    blockHash: hash,
    address: oneOf(address),
    topics: listOf(oneOf(hash), MAX_TOPICS),
  }),
)

/** Which logs are meant, wherever they are. */
export function filterOf({ address: addresses = [], topics = [] }: Partial<LogQuestion>): LogFilter {
  return { addresses, topics }
}

/** Searches for logs. */
export function logMethods(context: MethodContext): readonly Method[] {
  return [
    method({
      name: 'eth_getLogs',
      summary: 'The logs of a range of blocks, or of one block',
      cost: 20,
      params: [required('filter', logQuestion)],
      result: listSchema(SCHEMAS.log),
      run: ([question], call) => findLogs(context, question, call),
    }),
  ]
}

/** The logs that a question asks for. */
export async function findLogs(
  context: MethodContext,
  question: Partial<LogQuestion>,
  call: Call,
): Promise<PreparedJson> {
  if (question.blockHash !== undefined)
    return findLogsOfBlock(context, question, { blockHash: question.blockHash, call })
  const { chain, view, logTexts } = context
  const from = view.heightOf(question.fromBlock ?? LATEST)
  const to = view.heightOf(question.toBlock ?? LATEST)
  if (from > to) throw new RpcError('invalidParams', 'invalid block range: fromBlock is after toBlock')
  if (to > view.headNumber) throw new RpcError('invalidParams', 'block range extends beyond current head block')
  const found = await chain.queries.logs({ ...filterOf(question), from, to, signal: call.signal, pause: call.pause })
  return logTexts.listOf(found, call)
}

async function findLogsOfBlock(
  { chain, view, logTexts }: MethodContext,
  question: Partial<LogQuestion>,
  { blockHash, call }: { readonly blockHash: Hash32; readonly call: Call },
): Promise<PreparedJson> {
  if (question.fromBlock !== undefined || question.toBlock !== undefined) {
    throw new RpcError('invalidParams', 'cannot specify both blockHash and fromBlock/toBlock, choose one or the other')
  }
  const found = await view.block({ kind: 'hash', hash: blockHash, requireCanonical: false })
  if (found === undefined) throw new RpcError('serverError', 'unknown block')
  const receipts = await chain.queries.receipts(blockHash)
  if (receipts === undefined) return logTexts.listOf([], call)
  const transactionHashes = found.block.body.transactions.map((transaction) => transaction.hash)
  const place = { blockHash, blockNumber: found.header.number }
  return logTexts.listOf(logsOfReceipts(place, { receipts, transactionHashes }, filterOf(question)), call)
}
