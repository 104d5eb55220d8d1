import {
  blockPlace,
  type Call,
  count,
  hash,
  listOf,
  listSchema,
  type Method,
  method,
  orNull,
  PreparedJson,
  RpcError,
  required,
  SCHEMAS,
  textOf,
} from '@poai/api'
import { bytesToHex } from '@poai/core'
import { writeList } from '../../dispatch/write-list.ts'
import { longHex } from '../../format/long-hex.ts'
import { flatten, PARITY, type PlacedFrame, placeTrace, showTrace } from '../../tracing/flat-traces.ts'
import type { TracedTransaction } from '../../tracing/trace-transactions.ts'
import type { MethodContext } from '../method-context.ts'
import {
  type Replay,
  type ReplayPart,
  replayBlock,
  replayParts,
  replayTransaction,
  rewardTrace,
  writeFrames,
} from './replay.ts'
import { traceFilterMethod } from './trace-filter.ts'

/** Executes a block again: some milliseconds. What takes longer is charged besides. */
const REPLAY_COST = 50
const MAX_PARTS = 3
/** The deepest that frames can be. */
const MAX_DEPTH = 1024

/** Traces as Parity and its successors give them. Expensive, so they are for the node's owner. */
export function parityTraceMethods(context: MethodContext): readonly Method[] {
  const { view } = context
  const parts = required('types', listOf(textOf(16), MAX_PARTS))
  const writeReplay = async (
    { told, mined }: TracedTransaction<Replay>,
    wanted: ReadonlySet<ReplayPart>,
    { withHash, call }: { readonly withHash: boolean; readonly call: Call },
  ): Promise<string> => {
    const trace = wanted.has('trace') ? await writeFrames(told.root, undefined, call) : '[]'
    const name = withHash ? `,"transactionHash":"${bytesToHex(mined.transactionHash)}"` : ''
    const [output, diff] = [longHex(told.output), JSON.stringify(told.stateDiff)]
    return `{"output":"${output}","stateDiff":${diff},"trace":${trace},"vmTrace":null${name}}`
  }
  return [
    method({
      name: 'trace_block',
      summary: 'The calls of all transactions of a block, and what its miner got',
      cost: REPLAY_COST,
      params: [required('block', blockPlace)],
      result: orNull(listSchema(SCHEMAS.blockTrace)),
      run: async ([place], call) => {
        const found = await view.block(place)
        if (found === undefined) return null
        if (found.header.number === 0n) return []
        const replays = await replayBlock(context, found, { withState: false, call })
        const lists: string[] = []
        for (const { told, mined } of replays) lists.push((await writeFrames(told.root, mined, call)).slice(1, -1))
        return new PreparedJson(`[${[...lists, JSON.stringify(rewardTrace(context, found))].join(',')}]`)
      },
    }),
    method({
      name: 'trace_transaction',
      summary: 'The calls of a mined transaction in the order in which they began',
      cost: REPLAY_COST,
      params: [required('hash', hash)],
      result: orNull(listSchema(SCHEMAS.flatTrace)),
      run: async ([named], call) => {
        const replay = await replayTransaction(context, named, { withState: false, call })
        return replay === undefined ? null : new PreparedJson(await writeFrames(replay.told.root, replay.mined, call))
      },
    }),
    method({
      name: 'trace_get',
      summary: 'One call of a mined transaction, by the indexes that lead to it; none: the outermost',
      cost: REPLAY_COST,
      params: [required('hash', hash), required('path', listOf(count, MAX_DEPTH))],
      result: orNull(SCHEMAS.flatTrace),
      run: async ([named, path], call) => {
        const replay = await replayTransaction(context, named, { withState: false, call })
        if (replay === undefined) return null
        for (const placed of flatten(replay.told.root, PARITY)) {
          const rest = call.pause()
          if (rest !== undefined) await rest
          if (isAt(placed, path)) return placeTrace(showTrace(placed, PARITY), replay.mined)
        }
        return null
      },
    }),
    method({
      name: 'trace_replayTransaction',
      summary: 'Executes a mined transaction again: its calls (trace) and what it changed (stateDiff)',
      cost: REPLAY_COST,
      params: [required('hash', hash), parts],
      result: SCHEMAS.replay,
      run: async ([named, names], call) => {
        const wanted = replayParts(names)
        const replay = await replayTransaction(context, named, { withState: wanted.has('stateDiff'), call })
        if (replay === undefined) throw new RpcError('serverError', 'transaction not found')
        return new PreparedJson(await writeReplay(replay, wanted, { withHash: false, call }))
      },
    }),
    method({
      name: 'trace_replayBlockTransactions',
      summary: 'Executes a block’s transactions again: their calls (trace) and what they changed (stateDiff)',
      cost: REPLAY_COST,
      params: [required('block', blockPlace), parts],
      result: orNull(listSchema(SCHEMAS.replayedTransaction)),
      run: async ([place, names], call) => {
        const wanted = replayParts(names)
        const found = await view.block(place)
        if (found === undefined) return null
        const replays = await replayBlock(context, found, { withState: wanted.has('stateDiff'), call })
        const write = (replay: TracedTransaction<Replay>): Promise<string> =>
          writeReplay(replay, wanted, { withHash: true, call })
        // Counted as they ran.
        return new PreparedJson(await writeList(replays, write, { pause: call.pause, grow: () => undefined }))
      },
    }),
    traceFilterMethod(context),
  ]
}

function isAt({ traceAddress }: PlacedFrame, path: readonly number[]): boolean {
  return traceAddress.length === path.length && traceAddress.every((step, depth) => step === path[depth])
}
