import { type Call, RpcError, toQuantity } from '@poai/api'
import type { ReplayJson, RewardTraceJson } from '@poai/api/client'
import { subsidy } from '@poai/consensus'
import { bytesToHex, type Hash32 } from '@poai/core'
import type { NamedHeader, SentBlock } from '../../chain-view.ts'
import { writeList } from '../../dispatch/write-list.ts'
import {
  addressCharacters,
  flatten,
  PARITY,
  type PlacedFrame,
  placeTrace,
  showTrace,
} from '../../tracing/flat-traces.ts'
import { type CallFrame, FrameCollector } from '../../tracing/frame-collector.ts'
import { stateDiff } from '../../tracing/state-diff.ts'
import { type TracedTransaction, traceTransactions } from '../../tracing/trace-transactions.ts'
import type { MinedPlace, Tracer, TracerPlace } from '../../tracing/tracer.ts'
import type { MethodContext } from '../method-context.ts'

/** What a transaction did when it was executed again. */
export interface Replay {
  readonly root: CallFrame | undefined
  readonly output: Uint8Array
  /** Null if nobody asked for it. */
  readonly stateDiff: ReplayJson['stateDiff']
}

/** Collects frames and, if wanted, what changed. */
export function createReplayTracer(place: TracerPlace, { withState }: { readonly withState: boolean }): Tracer<Replay> {
  const frames = new FrameCollector(place.grow)
  const { onEnter, onExit } = frames
  return {
    hooks: { onEnter, onExit },
    result: (traced) => ({
      root: frames.root,
      output: traced.outcome.returnData,
      stateDiff: withState ? stateDiff(traced, place) : null,
    }),
  }
}

/** A block's transactions, or some of them, executed again. The genesis block has none. */
export async function replayBlock(
  context: MethodContext,
  found: SentBlock,
  {
    call,
    ...wanted
  }: {
    readonly only?: number | ReadonlySet<number>
    readonly withState: boolean
    readonly call: Pick<Call, 'signal' | 'pause' | 'grow'>
  },
): Promise<readonly TracedTransaction<Replay>[]> {
  const { withState, ...which } = wanted
  if (found.block.body.transactions.length === 0) return []
  const createTracer = (place: TracerPlace): Tracer<Replay> => createReplayTracer(place, { withState })
  return traceTransactions(context, { found, createTracer, call, ...which })
}

/** A mined transaction, executed again; undefined if there is none of that hash. */
export async function replayTransaction(
  context: MethodContext,
  named: Hash32,
  { withState, call }: { readonly withState: boolean; readonly call: Call },
): Promise<TracedTransaction<Replay> | undefined> {
  const place = await context.chain.queries.transaction(named)
  const found = place && (await context.view.block({ kind: 'hash', hash: place.blockHash, requireCanonical: true }))
  if (place === undefined || found === undefined) return undefined
  const [replayed] = await replayBlock(context, found, { only: place.index, withState, call })
  return replayed
}

/** The frames of a replay as JSON; with a place, as traces of the chain. Their bytes were counted when they ran. */
export function writeFrames(
  root: CallFrame | undefined,
  mined: MinedPlace | undefined,
  call: Pick<Call, 'pause' | 'grow'>,
): Promise<string> {
  const write = (placed: PlacedFrame): string => {
    call.grow(addressCharacters(placed))
    const trace = showTrace(placed, PARITY)
    return JSON.stringify(mined === undefined ? trace : placeTrace(trace, mined))
  }
  return writeList(flatten(root, PARITY), write, { pause: call.pause, grow: () => undefined })
}

/** What the miner of a block got for it, fees not counted. */
export function rewardTrace({ params }: Pick<MethodContext, 'params'>, { header, hash }: NamedHeader): RewardTraceJson {
  return {
    action: {
      author: bytesToHex(header.beneficiary),
      rewardType: 'block',
      value: toQuantity(subsidy(params, header.number)),
    },
    ...{ result: null, subtraces: 0, traceAddress: [], type: 'reward' },
    ...{ blockHash: bytesToHex(hash), blockNumber: Number(header.number) },
    ...{ transactionHash: null, transactionPosition: null },
  }
}

/** Parity's names for what a replay may tell. */
export type ReplayPart = 'trace' | 'stateDiff'

/** Throws if something is wanted that this node cannot tell. */
export function replayParts(names: readonly string[]): ReadonlySet<ReplayPart> {
  const parts = new Set<ReplayPart>()
  for (const name of names) {
    if (name === 'vmTrace') throw new RpcError('unsupported', 'vmTrace is not supported: use debug_traceTransaction')
    if (name !== 'trace' && name !== 'stateDiff') {
      throw new RpcError('invalidParams', 'invalid trace type: expected "trace" or "stateDiff"')
    }
    parts.add(name)
  }
  return parts
}
