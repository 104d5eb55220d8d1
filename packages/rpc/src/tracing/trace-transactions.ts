import { type Call, RpcError } from '@poai/api'
import { invariant } from '@poai/core'
import type { SentBlock } from '../chain-view.ts'
import { environmentOf } from '../methods/eth/call-arguments.ts'
import type { MethodContext } from '../methods/method-context.ts'
import type { MinedPlace, Tracer, TracerPlace } from './tracer.ts'

/** Transactions of a block to watch. */
export interface TraceRequest<Told> {
  readonly found: SentBlock
  /** One of them, some, or all. */
  readonly only?: number | ReadonlySet<number>
  readonly createTracer: (place: TracerPlace) => Tracer<Told>
  readonly call: Pick<Call, 'signal' | 'pause' | 'grow'>
}

/** A watched transaction and the result of its tracer. */
export interface TracedTransaction<Told> {
  readonly mined: MinedPlace
  readonly told: Told
}

/** Executes a block's transactions again on the state before it, and returns what the watched ones did. */
export async function traceTransactions<Told>(
  { view, execution }: Pick<MethodContext, 'view' | 'execution'>,
  { found, only, createTracer, call }: TraceRequest<Told>,
): Promise<readonly TracedTransaction<Told>[]> {
  const { header, block, senders } = found
  if (header.number === 0n) throw new RpcError('serverError', 'genesis is not traceable')
  const isWatched = (index: number): boolean =>
    only === undefined || (typeof only === 'number' ? index === only : only.has(index))
  const end = block.body.transactions.findLastIndex((_, index) => isWatched(index)) + 1
  return view.withState({ kind: 'number', number: header.number - 1n }, async (state) => {
    const tracers = new Map<number, { readonly mined: MinedPlace; readonly tracer: Tracer<Told> }>()
    const traces = await execution.traceBlock({
      state,
      environment: environmentOf(found),
      blockHash: (number) => view.canonicalHash(number),
      transactions: block.body.transactions.slice(0, end),
      senders: senders.slice(0, end),
      answers: block.body.answers,
      hooksFor: (index, { hash: transactionHash }) => {
        if (!isWatched(index)) return undefined
        const mined = { blockHash: found.hash, blockNumber: header.number, transactionHash, index }
        const tracer = createTracer({ state, mined, grow: (characters) => call.grow(characters) })
        tracers.set(index, { mined, tracer })
        return tracer.hooks
      },
      signal: call.signal,
      pause: call.pause,
    })
    const traced: TracedTransaction<Told>[] = []
    for (const trace of traces) {
      const watched = tracers.get(trace.index)
      invariant(watched !== undefined, 'what is traced has a tracer')
      // Now, while the state is open: tracers may read from it.
      traced.push({ mined: watched.mined, told: watched.tracer.result(trace) })
      // After it: megabytes may have become text.
      const rest = call.pause()
      if (rest !== undefined) await rest
    }
    return traced
  })
}
