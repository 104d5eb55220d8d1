import {
  type BlockPlace,
  blockPlace,
  LATEST,
  type Method,
  method,
  optional,
  PreparedJson,
  RESULTS,
  RpcError,
  required,
  SCHEMAS,
  toQuantity,
  withDefault,
} from '@poai/api'
import type { AccessListResultJson } from '@poai/api/client'
import { bytesToHex, defined, type Hex, ZERO_ADDRESS } from '@poai/core'
import type { AccountOverride, CallOutcome, EstimateInput } from '@poai/execution'
import { longHex } from '../../format/long-hex.ts'
import type { ExecutingCall } from '../execution-place.ts'
import type { MethodContext } from '../method-context.ts'
import {
  type BlockOverrides,
  blockOverrides,
  type CallArguments,
  callArguments,
  callInput,
  messageOf,
  stateOverrides,
} from './call-arguments.ts'
import { revertError } from './revert-error.ts'

/** What a transaction would do, without sending it. */
export function callMethods(context: MethodContext): readonly Method[] {
  const at = withDefault('block', blockPlace, LATEST)
  const params = [
    required('transaction', callArguments),
    at,
    optional('stateOverrides', stateOverrides),
    optional('blockOverrides', blockOverrides),
  ] as const
  return [
    method({
      name: 'eth_call',
      summary: 'Runs a message on the state after a block and keeps nothing of it',
      cost: 10,
      params,
      result: RESULTS.data,
      run: async ([args, place, overrides, block], call) => {
        const outcome = await runCall(context, { args, place, overrides, block, call }, false)
        if (!outcome.succeeded) throw revertError(outcome)
        // Up to megabytes: hexadecimal needs no escapes.
        return new PreparedJson(`"${longHex(outcome.returnData)}"`)
      },
    }),
    method({
      name: 'eth_estimateGas',
      summary: 'A gas limit with which the transaction succeeds',
      cost: 100,
      params,
      result: RESULTS.quantity,
      run: ([args, place, overrides, block], call) => estimate(context, { args, place, overrides, block, call }),
    }),
    method({
      name: 'eth_createAccessList',
      summary: 'The access list of a transaction, and the gas that it uses with it',
      cost: 50,
      params,
      result: SCHEMAS.accessListResult,
      run: ([args, place, overrides, block], call) =>
        createAccessList(context, { args, place, overrides, block, call }),
    }),
  ]
}

/** A call as the client described it. */
export interface Question {
  readonly args: Partial<CallArguments>
  readonly place: BlockPlace
  readonly overrides?: readonly AccountOverride[] | undefined
  readonly block?: Partial<BlockOverrides> | undefined
  readonly call: ExecutingCall
}

function gasOf({ limits }: MethodContext, { gas }: Partial<CallArguments>, most: bigint): bigint {
  const wanted = gas === undefined || gas === 0n ? most : gas
  return wanted < limits.maxCallGas ? wanted : limits.maxCallGas
}

function runCall(
  context: MethodContext,
  { args, place, overrides, block, call }: Question,
  withAccessList: boolean,
): CallOutcome | Promise<CallOutcome> {
  const message = messageOf(args, gasOf(context, args, context.limits.maxCallGas))
  return context.view.withState(place, (state, at) =>
    context.execution.executeCall({
      ...callInput(context, { state, at, message, overrides, block, call }),
      withAccessList,
    }),
  )
}

export function estimate(
  context: MethodContext,
  { args, place, overrides, block, call }: Question,
): Hex | Promise<Hex> {
  return context.view.withState(place, async (state, at) => {
    const message = messageOf(args, gasOf(context, args, block?.gasLimit ?? at.header.gasLimit))
    const input: EstimateInput = callInput(context, { state, at, message, overrides, block, call })
    const estimate = await context.execution.estimateGas(input)
    if (estimate.kind === 'found') return toQuantity(estimate.gas)
    if (estimate.kind === 'fails') throw revertError(estimate.outcome, estimate.allowance)
    if (estimate.allowance === undefined) throw new RpcError('serverError', 'insufficient funds for transfer')
    throw new RpcError('serverError', `gas required exceeds allowance (${estimate.allowance})`)
  })
}

/** A list may change what is executed, and so what is touched: the call is repeated until the list stays the same. */
const MAX_ACCESS_LIST_ROUNDS = 8

async function createAccessList(context: MethodContext, question: Question): Promise<AccessListResultJson> {
  let accessList = question.args.accessList ?? []
  for (let round = 0; ; round++) {
    const outcome = await runCall(context, { ...question, args: { ...question.args, accessList } }, true)
    const isSame =
      accessList.length > 0 && JSON.stringify(show(accessList)) === JSON.stringify(show(outcome.accessList))
    if (isSame || outcome.accessList.length === 0 || round === MAX_ACCESS_LIST_ROUNDS) {
      return {
        accessList: show(outcome.accessList),
        gasUsed: toQuantity(outcome.gasUsed),
        ...defined({ error: outcome.succeeded ? undefined : (outcome.failure ?? 'execution failed') }),
      }
    }
    accessList = outcome.accessList
  }
}

function show(list: Partial<CallArguments>['accessList'] & {}): AccessListResultJson['accessList'] {
  return list.map(({ address = ZERO_ADDRESS, storageKeys = [] }) => ({
    address: bytesToHex(address),
    storageKeys: storageKeys.map(bytesToHex),
  }))
}
