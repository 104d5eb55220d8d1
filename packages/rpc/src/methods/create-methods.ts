import { type Method, method, namespaceOf, openRpcDocument, SCHEMAS } from '@poai/api'
import { PRIVATE_NAMESPACES } from '../dispatch/private-namespaces.ts'
import { isTrace } from '../dispatch/public-traces.ts'
import { ExamAnswers } from '../exams/exam-answers.ts'
import { LogTexts } from '../format/log-texts.ts'
import type { RpcDependencies } from '../rpc-dependencies.ts'
import { badBlockMethods } from './debug/bad-blocks.ts'
import { rawMethods } from './debug/raw.ts'
import { traceMethods } from './debug/traces.ts'
import { accountMethods } from './eth/accounts.ts'
import { blockMethods } from './eth/blocks.ts'
import { callMethods } from './eth/calls.ts'
import { chainMethods, constantMethods } from './eth/chain.ts'
import { configMethods } from './eth/config.ts'
import { feeMethods } from './eth/fees.ts'
import { fillTransactionMethod } from './eth/fill-transaction.ts'
import { newsMethods } from './eth/filters.ts'
import { logMethods } from './eth/logs.ts'
import { proofMethods } from './eth/proofs.ts'
import { sendAndWaitMethod } from './eth/send-and-wait.ts'
import { simulateMethod } from './eth/simulate.ts'
import { transactionMethods } from './eth/transactions.ts'
import type { MethodContext } from './method-context.ts'
import { netVersionMethod, web3Methods } from './net-web3.ts'
import { otterscanMethods } from './ots/otterscan.ts'
import { accuracyMethods } from './poai/accuracy.ts'
import { examMethods } from './poai/exams.ts'
import { inferenceMethods } from './poai/inferences.ts'
import { nodeMethods } from './poai/node.ts'
import { rpcModulesMethod } from './rpc-modules.ts'
import { parityTraceMethods } from './trace/traces.ts'
import { txpoolMethods } from './txpool.ts'

/** In the order of the documents. Namespaces of other features follow. */
const NAMESPACES: readonly string[] = ['eth', 'net', 'web3', 'txpool', 'poai', 'debug', 'trace', 'ots', 'erigon']

/** Every method of the server: the one table that dispatch and documents are made from. */
export function createMethods(
  dependencies: RpcDependencies,
  { limits, view }: Pick<MethodContext, 'limits' | 'view'>,
): readonly Method[] {
  const context: MethodContext = { ...dependencies, limits, view, logTexts: new LogTexts() }
  const answers = new ExamAnswers(context.params, context.chain, context.evaluator)
  const methods = byNamespace([
    ...blockMethods(context),
    ...transactionMethods(context),
    sendAndWaitMethod(context),
    fillTransactionMethod(context),
    ...accountMethods(context),
    ...proofMethods(context),
    ...callMethods(context),
    simulateMethod(context),
    ...feeMethods(context),
    ...logMethods(context),
    ...newsMethods(context),
    ...chainMethods(context),
    ...configMethods(context),
    netVersionMethod(context),
    ...examMethods(context, answers),
    ...accuracyMethods(context, answers),
    ...inferenceMethods(context),
    ...nodeMethods(context),
    ...(context.methods ?? []),
    ...constantMethods(),
    ...web3Methods(context),
    ...txpoolMethods(context),
    ...rawMethods(context),
    ...badBlockMethods(context),
    ...traceMethods(context),
    ...parityTraceMethods(context),
    ...otterscanMethods(context),
  ])
  const isPublic = (name: string): boolean =>
    !PRIVATE_NAMESPACES.has(namespaceOf(name)) || (limits.publicTraceCostPerSecond > 0 && isTrace(name))
  const all = [...methods, rpcModulesMethod(methods, isPublic)]
  return [...all, discoverMethod(all, context.clientVersion)]
}

/** Those of one namespace together. */
function byNamespace(methods: readonly Method[]): readonly Method[] {
  const groups = Map.groupBy(methods, ({ name }) => namespaceOf(name))
  const names = new Set([...NAMESPACES, ...groups.keys()])
  return [...names].flatMap((name) => groups.get(name) ?? [])
}

function discoverMethod(methods: readonly Method[], version: string): Method {
  return method({
    name: 'rpc.discover',
    summary: 'This interface as an OpenRPC document',
    params: [],
    result: SCHEMAS.openRpc,
    run: () => openRpcDocument(methods, version),
  })
}
