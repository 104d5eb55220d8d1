import { ChainView } from '../chain-view.ts'
import type { Method } from '../dispatch/method.ts'
import { ExamDesk } from '../exams/exam-desk.ts'
import type { RpcDependencies } from '../rpc-dependencies.ts'
import type { RpcLimits } from '../rpc-limits.ts'
import { accountMethods } from './eth/accounts.ts'
import { blockMethods } from './eth/blocks.ts'
import { callMethods } from './eth/calls.ts'
import { feeMethods } from './eth/fees.ts'
import { filterMethods, subscriptionMethods } from './eth/filters.ts'
import { logMethods } from './eth/logs.ts'
import { miningMethods } from './eth/mining.ts'
import { transactionMethods } from './eth/transactions.ts'
import type { MethodContext } from './method-context.ts'
import { netAndWeb3Methods, txpoolMethods } from './net-web3-txpool.ts'
import { adminMethods, minerMethods } from './operator.ts'
import { examMethods } from './poai/exams.ts'
import { nodeMethods } from './poai/node.ts'
import { rawMethods } from './raw.ts'

/** Every method of the server: the one table that dispatch and documents are made from. */
export function createMethods(dependencies: RpcDependencies, limits: RpcLimits): readonly Method[] {
  const context: MethodContext = {
    ...dependencies,
    limits,
    view: new ChainView(dependencies.chain, dependencies.recovery),
  }
  const desk = new ExamDesk(context.params, context.chain, context.evaluator)
  return [
    ...blockMethods(context),
    ...transactionMethods(context),
    ...accountMethods(context),
    ...callMethods(context),
    ...feeMethods(context),
    ...logMethods(context),
    ...filterMethods(context),
    ...subscriptionMethods(context),
    ...miningMethods(context),
    ...netAndWeb3Methods(context),
    ...txpoolMethods(context),
    ...examMethods(context, desk),
    ...nodeMethods(context),
    ...rawMethods(context),
    ...adminMethods(context),
    ...minerMethods(context),
  ]
}
