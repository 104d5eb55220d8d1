import { RpcError } from '@poai/api'
import type { FrameEnd, FrameStart, TraceLog } from '@poai/execution'

/** Frames of one transaction: 12 million gas pay for 17,000 of the cheapest calls. */
const MAX_FRAMES = 50_000

/** Input and output of all frames of a trace: as much as one answer can hold in hexadecimal. */
const MAX_FRAME_BYTES = 10 * 1024 * 1024

/** What a frame takes in an answer besides its bytes. */
const FRAME_CHARACTERS = 400
/** The same of a log. */
const LOG_CHARACTERS = 400

/** A log of a frame. */
export interface FrameLog extends TraceLog {
  /** Among the logs of the transaction that were not undone when it was written. */
  readonly index: number
  /** The calls that its frame had made before. */
  readonly position: number
}

/** A frame while it is collected. */
export interface CallFrame {
  readonly start: FrameStart
  end: FrameEnd | undefined
  readonly calls: CallFrame[]
  readonly logs: FrameLog[]
}

/** Collects the tree of frames of an execution. */
export class FrameCollector {
  readonly #grow: (characters: number) => void
  readonly #open: { readonly frame: CallFrame; readonly logsBefore: number }[] = []
  #root: CallFrame | undefined
  #count = 0
  #bytes = 0
  #logs = 0

  /** `grow` is told how long the answer becomes, and may throw. */
  constructor(grow: (characters: number) => void = () => undefined) {
    this.#grow = grow
  }

  readonly onEnter = (start: FrameStart): void => {
    this.#weigh(start.input, FRAME_CHARACTERS)
    if (++this.#count > MAX_FRAMES) throw new RpcError('limitExceeded', `the trace has more than ${MAX_FRAMES} frames`)
    const frame: CallFrame = { start, end: undefined, calls: [], logs: [] }
    this.#open.at(-1)?.frame.calls.push(frame)
    this.#root ??= frame
    this.#open.push({ frame, logsBefore: this.#logs })
  }

  readonly onExit = (end: FrameEnd): void => {
    this.#weigh(end.output, 0)
    const open = this.#open.pop()
    if (open === undefined) return
    open.frame.end = end
    // What a frame that fails has logged is undone: later logs take its numbers.
    if (end.failure !== undefined) this.#logs = open.logsBefore
  }

  readonly onLog = (log: TraceLog): void => {
    this.#weigh(log.data, LOG_CHARACTERS)
    const frame = this.#open.at(-1)?.frame
    frame?.logs.push({ ...log, index: this.#logs++, position: frame.calls.length })
  }

  #weigh({ length }: Uint8Array, besides: number): void {
    this.#grow(2 * length + besides)
    this.#bytes += length
    if (this.#bytes > MAX_FRAME_BYTES) {
      throw new RpcError('limitExceeded', `the calls of the trace have more than ${MAX_FRAME_BYTES} bytes of data`)
    }
  }

  /** The outermost frame; undefined if nothing began. */
  get root(): CallFrame | undefined {
    return this.#root
  }
}
