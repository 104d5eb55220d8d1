import {
  blockNumber,
  blockPlace,
  type Call,
  hash,
  LATEST,
  type Method,
  method,
  RESULTS,
  RpcError,
  required,
  SCHEMAS,
  withDefault,
} from '@poai/api'
import { bytesToHex, type JsonValue } from '@poai/core'
import type { SentBlock } from '../../chain-view.ts'
import { createTracer, type TraceOptions, traceOptions } from '../../tracing/trace-options.ts'
import { traceTransactions } from '../../tracing/trace-transactions.ts'
import type { Traced } from '../../tracing/tracer.ts'
import { callArguments, callInput, messageOf } from '../eth/call-arguments.ts'
import type { MethodContext } from '../method-context.ts'

/** What a message touched that could not begin. */
const NOTHING_TOUCHED: Pick<Traced, 'reads' | 'changes'> = {
  reads: { accounts: [], slots: [] },
  changes: { accounts: [], storage: [], code: [] },
}

/** Executes a block again, at least up to a transaction: some milliseconds. What takes longer is charged besides. */
const TRACE_COST = 50

/** Executions watched step by step. Expensive, so they are for the node's owner. */
export function traceMethods(context: MethodContext): readonly Method[] {
  const { view, execution, limits } = context
  const options = withDefault('options', traceOptions, {})
  const traceAll = async (
    found: SentBlock | undefined,
    wanted: Partial<TraceOptions>,
    call: Call,
  ): Promise<JsonValue> => {
    if (found === undefined) throw new RpcError('serverError', 'block not found')
    const traces = await traceTransactions(context, {
      found,
      call,
      createTracer: (tracerPlace) => createTracer(wanted, tracerPlace),
    })
    return traces.map(({ mined, told }) => ({ txHash: bytesToHex(mined.transactionHash), result: told }))
  }
  return [
    method({
      name: 'debug_traceTransaction',
      summary: 'Executes a mined transaction again, and shows what it did step by step or call by call',
      cost: TRACE_COST,
      params: [required('hash', hash), options],
      result: RESULTS.any,
      run: async ([named, wanted], call) => {
        const mined = await view.transaction(named)
        const found = mined && (await view.block({ kind: 'hash', hash: mined.blockHash, requireCanonical: true }))
        if (mined === undefined || found === undefined) throw new RpcError('serverError', 'transaction not found')
        const [trace] = await traceTransactions(context, {
          ...{ found, call, only: mined.index },
          createTracer: (tracerPlace) => createTracer(wanted, tracerPlace),
        })
        if (trace === undefined) throw new RpcError('serverError', 'transaction not found')
        return trace.told
      },
    }),
    method({
      name: 'debug_traceBlockByNumber',
      summary: 'Executes a block again and shows what its transactions did',
      cost: TRACE_COST,
      params: [required('block', blockNumber), options],
      result: SCHEMAS.traces,
      run: async ([place, wanted], call) => traceAll(await view.block(place), wanted, call),
    }),
    method({
      name: 'debug_traceBlockByHash',
      summary: 'Executes a block again and shows what its transactions did',
      cost: TRACE_COST,
      params: [required('hash', hash), options],
      result: SCHEMAS.traces,
      run: async ([named, wanted], call) =>
        traceAll(await view.block({ kind: 'hash', hash: named, requireCanonical: true }), wanted, call),
    }),
    method({
      name: 'debug_traceCall',
      summary: 'Runs a message on the state after a block and shows what it did',
      cost: TRACE_COST,
      params: [required('transaction', callArguments), withDefault('block', blockPlace, LATEST), options],
      result: RESULTS.any,
      run: ([args, place, wanted], call) =>
        view.withState(place, async (state, at) => {
          const tracer = createTracer(wanted, { state, mined: undefined, grow: (more) => call.grow(more) })
          const gas = args.gas === undefined || args.gas > limits.maxCallGas ? limits.maxCallGas : args.gas
          const input = callInput(context, { state, at, message: messageOf(args, gas), call })
          const outcome = await execution.executeCall({ ...input, ...tracer.hooks, withState: true })
          return tracer.result({ ...(outcome.state ?? NOTHING_TOUCHED), outcome, logsBefore: 0 })
        }),
    }),
  ]
}
