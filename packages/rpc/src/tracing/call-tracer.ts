import { toQuantity } from '@poai/api'
import { bytesToHex, defined, type JsonValue } from '@poai/core'
import { longHex } from '../format/long-hex.ts'
import { reasonOfRevert } from '../methods/eth/revert-error.ts'
import { failureText } from './failure-words.ts'
import { type CallFrame, FrameCollector, type FrameLog } from './frame-collector.ts'
import { reasonOfPanic } from './panic-reasons.ts'
import type { Tracer, TracerPlace } from './tracer.ts'

/** What a call tracer shows. */
export interface CallTracerOptions {
  readonly withLogs: boolean
  readonly onlyTop: boolean
}

/** How the frames of one transaction are shown. */
interface Shown extends CallTracerOptions {
  /** Logs of the transactions before it in its block. */
  readonly logsBefore: number
}

/** The tree of calls, as geth's `callTracer` shows it. */
export function createCallTracer(options: CallTracerOptions, { grow }: Pick<TracerPlace, 'grow'>): Tracer {
  const frames = new FrameCollector(grow)
  const { onEnter, onExit, onLog } = frames
  return {
    hooks: { onEnter, onExit, ...defined({ onLog: options.withLogs ? onLog : undefined }) },
    result: ({ logsBefore }) => {
      if (frames.root === undefined) return null
      return showFrame(frames.root, { ...options, logsBefore, isUndone: false })
    },
  }
}

/** `isUndone`: a frame around it failed, and its logs went with that. */
function showFrame(frame: CallFrame, shown: Shown & { readonly isUndone: boolean }): JsonValue {
  const { start, end, calls, logs } = frame
  const failure = end?.failure
  const reason = failure === 'revert' ? reasonOf(end?.output ?? new Uint8Array(0)) : undefined
  // A creation that failed put its code nowhere.
  const target = start.to ?? (failure === undefined ? end?.createdAddress : undefined)
  const isUndone = shown.isUndone || failure !== undefined
  const shownCalls = shown.onlyTop ? [] : calls.map((call) => showFrame(call, { ...shown, isUndone }))
  const shownLogs = isUndone ? [] : logs.map((log) => showLog(log, shown))
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
    ...defined({
      output: end === undefined || end.output.length === 0 ? undefined : longHex(end.output),
      error: failureText(frame, 'geth'),
      revertReason: reason,
      calls: shownCalls.length === 0 ? undefined : shownCalls,
      logs: shownLogs.length === 0 ? undefined : shownLogs,
    }),
  }
}

function reasonOf(output: Uint8Array): string | undefined {
  return reasonOfRevert(output) ?? reasonOfPanic(output)
}

function showLog({ address, topics, data, index, position }: FrameLog, { logsBefore }: Shown): JsonValue {
  return {
    address: bytesToHex(address),
    topics: topics.map(bytesToHex),
    data: longHex(data),
    index: toQuantity(logsBefore + index),
    position: toQuantity(position),
  }
}
