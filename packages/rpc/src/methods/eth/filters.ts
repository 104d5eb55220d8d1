import {
  flag,
  listSchema,
  type Method,
  method,
  optional,
  RESULTS,
  RpcError,
  required,
  SCHEMAS,
  type Shape,
  textOf,
} from '@poai/api'
import type { JsonValue } from '@poai/core'
import { ChainFeed } from '../../subscriptions/chain-feed.ts'
import { FilterRegistry } from '../../subscriptions/filter-registry.ts'
import { type StartTelling, Subscriptions } from '../../subscriptions/subscriptions.ts'
import type { MethodContext } from '../method-context.ts'
import { filterOf, findLogs, type LogQuestion, logQuestion } from './logs.ts'

const MAX_ID_CHARACTERS = 66
const id = textOf(MAX_ID_CHARACTERS)

/** The second argument of `eth_subscribe`: a filter of logs, or whether transactions are wanted in full. */
const subscriptionOption: Shape<Partial<LogQuestion> | boolean> = {
  schema: { oneOf: [logQuestion.schema, flag.schema] },
  parse: (value, path) => (typeof value === 'boolean' ? value : logQuestion.parse(value, path)),
}

/** All ways to hear of changes, from one feed. */
export function newsMethods(context: MethodContext): readonly Method[] {
  const { chain, params, logger } = context
  const feed = new ChainFeed({ chain, chainId: params.chainId, logger })
  return [...filterMethods(context, feed), ...subscriptionMethods(context, feed)]
}

/** For clients that poll. */
function filterMethods(context: MethodContext, feed: ChainFeed): readonly Method[] {
  const registry = new FilterRegistry(feed, context.clock)
  return [
    method({
      name: 'eth_newFilter',
      summary: 'Collects matching logs until they are asked for',
      params: [required('filter', logQuestion)],
      result: RESULTS.quantity,
      run: ([question]) => registry.add({ kind: 'logs', filter: filterOf(question), question }),
    }),
    method({
      name: 'eth_newBlockFilter',
      summary: 'Collects the hashes of new blocks until they are asked for',
      params: [],
      result: RESULTS.quantity,
      run: () => registry.add({ kind: 'blocks' }),
    }),
    method({
      name: 'eth_newPendingTransactionFilter',
      summary: 'Collects the hashes of new pending transactions until they are asked for',
      params: [],
      result: RESULTS.quantity,
      run: () => registry.add({ kind: 'transactions' }),
    }),
    method({
      name: 'eth_getFilterChanges',
      summary: 'What a filter has found since the last time',
      params: [required('filterId', id)],
      result: SCHEMAS.filterChanges,
      run: ([name]) => registry.changes(name),
    }),
    method({
      name: 'eth_getFilterLogs',
      summary: 'All logs that a log filter matches',
      cost: 20,
      params: [required('filterId', id)],
      result: listSchema(SCHEMAS.log),
      run: ([name], call) => {
        const kind = registry.kindOf(name)
        if (kind.kind !== 'logs') throw new RpcError('serverError', 'not a filter of logs')
        return findLogs(context, kind.question, call)
      },
    }),
    method({
      name: 'eth_uninstallFilter',
      summary: 'Forgets a filter',
      params: [required('filterId', id)],
      result: RESULTS.flag,
      run: ([name]) => registry.remove(name),
    }),
  ]
}

/** For connections that stay open: changes as they happen. */
function subscriptionMethods(context: MethodContext, feed: ChainFeed): readonly Method[] {
  const subscriptions = new Subscriptions()
  const starterOf = (kind: string, option: Partial<LogQuestion> | boolean | undefined): StartTelling => {
    const question = typeof option === 'object' ? option : {}
    switch (kind) {
      case 'newHeads':
        return (send) => feed.onHeaders((texts) => texts.forEach(send))
      case 'logs':
        return (send) => feed.onLogs(filterOf(question), (texts) => texts.forEach(send))
      case 'newPendingTransactions':
        return (send) => (option === true ? feed.onTransaction(send) : feed.onTransactionHash(send))
      case 'syncing':
        return tellOfSyncing(context, feed)
      default:
        throw new RpcError('invalidParams', 'no such subscription: newHeads, logs, newPendingTransactions or syncing')
    }
  }
  return [
    method({
      name: 'eth_subscribe',
      summary: 'Sends new heads, logs, pending transactions or sync changes as they happen',
      params: [required('kind', textOf(32)), optional('option', subscriptionOption)],
      result: RESULTS.quantity,
      run: ([kind, option], { session }) => subscriptions.add(session, starterOf(kind, option)),
    }),
    method({
      name: 'eth_unsubscribe',
      summary: 'Ends a subscription',
      params: [required('subscriptionId', id)],
      result: RESULTS.flag,
      run: ([name], { session }) => subscriptions.remove(session, name),
    }),
  ]
}

/** Tells when syncing begins and ends. It looks with each new head, since a node that syncs has many. */
function tellOfSyncing({ sync }: MethodContext, feed: ChainFeed): StartTelling {
  return (send) => {
    let last: boolean | undefined
    const tell = (): void => {
      const progress = sync?.()
      const isSyncing = progress !== undefined
      if (isSyncing === last) return
      last = isSyncing
      const status: JsonValue =
        progress === undefined
          ? false
          : {
              syncing: true,
              status: {
                startingBlock: Number(progress.startingBlock),
                currentBlock: Number(progress.currentBlock),
                highestBlock: Number(progress.highestBlock),
              },
            }
      send(JSON.stringify(status))
    }
    return feed.onHead(tell)
  }
}
