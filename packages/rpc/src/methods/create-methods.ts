import { type Method, method, openRpcDocument, SCHEMAS } from '@poai/api'
import { ExamAnswers } from '../exams/exam-answers.ts'
import { LogTexts } from '../format/log-texts.ts'
import type { RpcDependencies } from '../rpc-dependencies.ts'
import { traceMethods } from './debug/traces.ts'
import { accountMethods } from './eth/accounts.ts'
import { blockMethods } from './eth/blocks.ts'
import { callMethods } from './eth/calls.ts'
import { feeMethods } from './eth/fees.ts'
import { newsMethods } from './eth/filters.ts'
import { logMethods } from './eth/logs.ts'
import { miningMethods } from './eth/mining.ts'
import { proofMethods } from './eth/proofs.ts'
import { transactionMethods } from './eth/transactions.ts'
import type { MethodContext } from './method-context.ts'
import { netAndWeb3Methods, txpoolMethods } from './net-web3-txpool.ts'
import { adminMethods, minerMethods } from './operator.ts'
import { otterscanMethods } from './ots/otterscan.ts'
import { accuracyMethods } from './poai/accuracy.ts'
import { examMethods } from './poai/exams.ts'
import { nodeMethods } from './poai/node.ts'
import { rawMethods } from './raw.ts'

/** Every method of the server: the one table that dispatch and documents are made from. */
export function createMethods(
  dependencies: RpcDependencies,
  { limits, view }: Pick<MethodContext, 'limits' | 'view'>,
): readonly Method[] {
  const context: MethodContext = { ...dependencies, limits, view, logTexts: new LogTexts() }
  const answers = new ExamAnswers(context.params, context.chain, context.evaluator)
  const methods = [
    ...blockMethods(context),
    ...transactionMethods(context),
    ...accountMethods(context),
    ...proofMethods(context),
    ...callMethods(context),
    ...feeMethods(context),
    ...logMethods(context),
    ...newsMethods(context),
    ...miningMethods(context),
    ...netAndWeb3Methods(context),
    ...txpoolMethods(context),
    ...examMethods(context, answers),
    ...accuracyMethods(context, answers),
    ...nodeMethods(context),
    ...rawMethods(context),
    ...traceMethods(context),
    ...otterscanMethods(context),
    ...adminMethods(context),
    ...minerMethods(context),
  ]
  return [...methods, discoverMethod(methods, context.clientVersion)]
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
