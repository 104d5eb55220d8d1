import { type Call, RpcError } from '@poai/api'
import type { PastState } from '@poai/chain'
import { invariant, type JsonValue } from '@poai/core'
import type { SentBlock } from '../chain-view.ts'
import { environmentOf } from '../methods/eth/call-arguments.ts'
import type { MethodContext } from '../methods/method-context.ts'
import type { Tracer } from './tracer.ts'

/** Transactions of a block to watch. */
export interface TraceRequest {
  readonly found: SentBlock
  /** One of them, or all. */
  readonly only?: number
  readonly createTracer: (state: PastState) => Tracer
  readonly call: Call
}

/** A watched transaction and the result of its tracer. */
export interface TracedTransaction {
  readonly index: number
  readonly told: JsonValue
}

/** Executes a block's transactions again on the state before it, and returns what the watched ones did. */
export async function traceTransactions(
  { view, execution }: MethodContext,
  { found, only, createTracer, call }: TraceRequest,
): Promise<readonly TracedTransaction[]> {
  const { header, block, senders } = found
  if (header.number === 0n) throw new RpcError('serverError', 'genesis is not traceable')
  const end = only === undefined ? block.body.transactions.length : only + 1
  return view.withState({ kind: 'number', number: header.number - 1n }, async (state) => {
    const tracers = new Map<number, Tracer>()
    const traces = await execution.traceBlock({
      state,
      environment: environmentOf(found),
      blockHash: (number) => view.canonicalHash(number),
      transactions: block.body.transactions.slice(0, end),
      senders: senders.slice(0, end),
      hooksFor: (index) => {
        if (only !== undefined && index !== only) return undefined
        const tracer = createTracer(state)
        tracers.set(index, tracer)
        return tracer.hooks
      },
      signal: call.signal,
      pause: call.pause,
    })
    return traces.map((trace) => {
      const tracer = tracers.get(trace.index)
      invariant(tracer !== undefined, 'what is traced has a tracer')
      // Now, while the state is open: tracers may read from it.
      return { index: trace.index, told: tracer.result(trace) }
    })
  })
}
