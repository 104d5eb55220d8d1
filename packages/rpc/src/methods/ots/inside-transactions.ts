import {
  type Call,
  hash,
  type Method,
  method,
  PreparedJson,
  RESULTS,
  RpcError,
  required,
  SCHEMAS,
  toQuantity,
} from '@poai/api'
import { bytesToHex, type Hash32 } from '@poai/core'
import { writeList } from '../../dispatch/write-list.ts'
import { longHex } from '../../format/long-hex.ts'
import { type CallFrame, FrameCollector } from '../../tracing/frame-collector.ts'
import { traceTransactions } from '../../tracing/trace-transactions.ts'
import type { Tracer } from '../../tracing/tracer.ts'
import type { MethodContext } from '../method-context.ts'

/** Executes the block again, up to the transaction. */
const TRACE_COST = 200

/** What Otterscan shows of the inside of a transaction. */
export function insideMethods(context: MethodContext): readonly Method[] {
  const framesOf = async (named: Hash32, call: Call): Promise<CallFrame | undefined> => {
    const place = await context.chain.queries.transaction(named)
    const found = place && (await context.view.block({ kind: 'hash', hash: place.blockHash, requireCanonical: true }))
    if (place === undefined || found === undefined) throw new RpcError('serverError', 'transaction not found')
    const createTracer = (): Tracer<CallFrame | undefined> => {
      const frames = new FrameCollector()
      const { onEnter, onExit } = frames
      return { hooks: { onEnter, onExit }, result: () => frames.root }
    }
    const [traced] = await traceTransactions(context, { found, only: place.index, call, createTracer })
    return traced?.told
  }
  return [
    method({
      name: 'ots_traceTransaction',
      summary: 'The calls of a transaction in the order in which they began',
      cost: TRACE_COST,
      params: [required('hash', hash)],
      result: SCHEMAS.tracedCalls,
      run: async ([named], call) => {
        const root = await framesOf(named, call)
        if (root === undefined) return []
        const write = ({ start, end }: CallFrame): string =>
          JSON.stringify({
            type: start.type,
            depth: start.depth,
            from: bytesToHex(start.from),
            to: bytesToHex(start.to ?? end?.createdAddress ?? new Uint8Array(20)),
            value: start.type === 'STATICCALL' || start.type === 'DELEGATECALL' ? null : toQuantity(start.value),
            input: longHex(start.input),
            output: longHex(end?.output ?? new Uint8Array(0)),
          })
        return new PreparedJson(await writeList(walk(root), write, call))
      },
    }),
    method({
      name: 'ots_getInternalOperations',
      summary: 'Transfers of coins by contracts in a transaction, and contracts that they created or destroyed',
      cost: TRACE_COST,
      params: [required('hash', hash)],
      result: SCHEMAS.internalOperations,
      run: async ([named], call) => {
        const root = await framesOf(named, call)
        if (root === undefined || root.end?.failure !== undefined) return []
        return walk(root)
          .filter(isInternalOperation)
          .map(({ start, end }) => ({
            type: OPERATION_TYPES[start.type] ?? 0,
            from: bytesToHex(start.from),
            to: bytesToHex(start.to ?? end?.createdAddress ?? new Uint8Array(20)),
            value: toQuantity(start.value),
          }))
      },
    }),
    method({
      name: 'ots_getTransactionError',
      summary: 'What a failed transaction returned; nothing if it did not fail',
      cost: TRACE_COST,
      params: [required('hash', hash)],
      result: RESULTS.data,
      run: async ([named], call) => {
        const root = await framesOf(named, call)
        return root?.end?.failure === undefined ? '0x' : longHex(root.end.output)
      },
    }),
  ]
}

/** Otterscan's numbers for what moves coins or code. */
const OPERATION_TYPES: Readonly<Partial<Record<CallFrame['start']['type'], number>>> = {
  CALL: 0,
  SELFDESTRUCT: 1,
  CREATE: 2,
  CREATE2: 3,
}

function isInternalOperation({ start, end }: CallFrame): boolean {
  if (start.depth === 0 || end?.failure !== undefined || OPERATION_TYPES[start.type] === undefined) return false
  return start.type !== 'CALL' || start.value > 0n
}

/** In the order in which they began. Without recursion: lists of lists would be copied at each depth. */
function walk(root: CallFrame): readonly CallFrame[] {
  const frames: CallFrame[] = []
  const left: CallFrame[] = [root]
  for (let frame = left.pop(); frame !== undefined; frame = left.pop()) {
    frames.push(frame)
    for (let index = frame.calls.length - 1; index >= 0; index--) left.push(frame.calls[index] as CallFrame)
  }
  return frames
}
