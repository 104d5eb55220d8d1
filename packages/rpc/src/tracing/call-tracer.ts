import { RpcError, toQuantity } from '@poai/api'
import { bytesToHex, defined, type JsonValue } from '@poai/core'
import type { FrameEnd, FrameStart, TraceLog } from '@poai/execution'
import { longHex } from '../format/long-hex.ts'
import { reasonOfRevert } from '../methods/eth/revert-error.ts'
import type { Tracer } from './tracer.ts'

/** Frames of one transaction: 12 million gas pay for 17,000 of the cheapest calls. */
const MAX_FRAMES = 50_000

/** Input and output of all frames of a trace: as much as one answer can hold in hexadecimal. */
const MAX_FRAME_BYTES = 10 * 1024 * 1024

/** A frame while it is collected. */
export interface CallFrame {
  readonly start: FrameStart
  end: FrameEnd | undefined
  readonly calls: CallFrame[]
  readonly logs: TraceLog[]
}

/** Collects the tree of frames of an execution. */
export class FrameCollector {
  readonly #open: CallFrame[] = []
  #root: CallFrame | undefined
  #count = 0
  #bytes = 0

  readonly onEnter = (start: FrameStart): void => {
    this.#weigh(start.input)
    if (++this.#count > MAX_FRAMES) throw new RpcError('limitExceeded', `the trace has more than ${MAX_FRAMES} frames`)
    const frame: CallFrame = { start, end: undefined, calls: [], logs: [] }
    this.#open.at(-1)?.calls.push(frame)
    this.#root ??= frame
    this.#open.push(frame)
  }

  readonly onExit = (end: FrameEnd): void => {
    this.#weigh(end.output)
    const frame = this.#open.pop()
    if (frame !== undefined) frame.end = end
  }

  readonly onLog = (log: TraceLog): void => {
    this.#open.at(-1)?.logs.push(log)
  }

  #weigh(bytes: Uint8Array): void {
    this.#bytes += bytes.length
    if (this.#bytes > MAX_FRAME_BYTES) {
      throw new RpcError('limitExceeded', `the calls of the trace have more than ${MAX_FRAME_BYTES} bytes of data`)
    }
  }

  /** The outermost frame; undefined if nothing began. */
  get root(): CallFrame | undefined {
    return this.#root
  }
}

/** The tree of calls, as geth's `callTracer` shows it. */
export function createCallTracer({
  withLogs,
  onlyTop,
}: {
  readonly withLogs: boolean
  readonly onlyTop: boolean
}): Tracer {
  const frames = new FrameCollector()
  const { onEnter, onExit, onLog } = frames
  return {
    hooks: { onEnter, onExit, ...defined({ onLog: withLogs ? onLog : undefined }) },
    result: () => (frames.root === undefined ? null : showFrame(frames.root, onlyTop)),
  }
}

function showFrame({ start, end, calls, logs }: CallFrame, onlyTop: boolean): JsonValue {
  const failure = end?.failure
  const reason = failure === 'revert' && end !== undefined ? reasonOfRevert(end.output) : undefined
  const target = start.to ?? end?.createdAddress
  const shownCalls = onlyTop ? [] : calls.map((call) => showFrame(call, false))
  const shownLogs = failure === undefined ? logs.map(showLog) : []
  return {
    type: start.type,
    from: bytesToHex(start.from),
    ...defined({
      to: target && bytesToHex(target),
      value: start.type === 'STATICCALL' ? undefined : toQuantity(start.value),
    }),
    gas: toQuantity(start.gas),
    gasUsed: toQuantity(end?.gasUsed ?? 0n),
    input: longHex(start.input),
    output: longHex(end?.output ?? new Uint8Array(0)),
    ...defined({
      error: failure === 'revert' ? 'execution reverted' : failure,
      revertReason: reason,
      calls: shownCalls.length === 0 ? undefined : shownCalls,
      logs: shownLogs.length === 0 ? undefined : shownLogs,
    }),
  }
}

function showLog({ address, topics, data }: TraceLog): JsonValue {
  return { address: bytesToHex(address), topics: topics.map(bytesToHex), data: bytesToHex(data) }
}
