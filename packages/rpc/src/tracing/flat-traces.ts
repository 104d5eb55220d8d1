import { toQuantity } from '@poai/api'
import type { BareTraceJson, FlatTraceJson } from '@poai/api/client'
import { bytesToHex, defined, type JsonValue } from '@poai/core'
import { longHex } from '../format/long-hex.ts'
import { type FailureWords, failureText } from './failure-words.ts'
import type { CallFrame } from './frame-collector.ts'
import type { MinedPlace } from './tracer.ts'

/** Which frames are shown, and how. */
export interface FlatOptions {
  readonly words: FailureWords
  /** Whether the outermost frame has the gas that it paid before it ran: so in geth, but not in Parity. */
  readonly withIntrinsicGas: boolean
  /** Otherwise calls of precompiles are left out, as Parity does. */
  readonly withPrecompiles: boolean
}

/** A frame and where it is in the tree. */
export interface PlacedFrame {
  readonly frame: CallFrame
  readonly traceAddress: readonly number[]
  /** Those of its calls that are shown. */
  readonly calls: readonly CallFrame[]
}

/** Parity's choice. */
export const PARITY: FlatOptions = { words: 'parity', withIntrinsicGas: false, withPrecompiles: false }

/** The frames of a tree in the order in which they began. Without recursion, and one at a time: trees may be deep. */
export function* flatten(root: CallFrame | undefined, { withPrecompiles }: FlatOptions): Iterable<PlacedFrame> {
  const left: { readonly frame: CallFrame; readonly traceAddress: readonly number[] }[] = []
  if (root !== undefined) left.push({ frame: root, traceAddress: [] })
  for (let next = left.pop(); next !== undefined; next = left.pop()) {
    const { frame, traceAddress } = next
    const calls = withPrecompiles ? frame.calls : frame.calls.filter((call) => !isPrecompileCall(call))
    yield { frame, traceAddress, calls }
    for (let index = calls.length - 1; index >= 0; index--) {
      left.push({ frame: calls[index] as CallFrame, traceAddress: [...traceAddress, index] })
    }
  }
}

function isPrecompileCall({ start }: CallFrame): boolean {
  return start.runsPrecompile && (start.type === 'CALL' || start.type === 'STATICCALL')
}

/** A frame in Parity's form. */
export function showTrace({ frame, traceAddress, calls }: PlacedFrame, options: FlatOptions): BareTraceJson {
  return {
    ...actionOf(frame, options),
    ...defined({ error: failureText(frame, options.words) }),
    result: resultOf(frame, options),
    subtraces: calls.length,
    traceAddress,
  }
}

/** With the place that makes it one trace of the chain. */
export function placeTrace(trace: BareTraceJson, mined: MinedPlace): FlatTraceJson {
  return {
    ...trace,
    blockHash: bytesToHex(mined.blockHash),
    blockNumber: Number(mined.blockNumber),
    transactionHash: bytesToHex(mined.transactionHash),
    transactionPosition: mined.index,
  }
}

function actionOf({ start }: CallFrame, { withIntrinsicGas }: FlatOptions): Pick<BareTraceJson, 'action' | 'type'> {
  const gas = toQuantity(withIntrinsicGas ? start.gas : start.executionGas)
  const [from, value] = [bytesToHex(start.from), toQuantity(start.value)]
  switch (start.type) {
    case 'CREATE':
    case 'CREATE2': {
      const creationMethod = start.type === 'CREATE' ? 'create' : 'create2'
      return {
        action: { from, gas, init: longHex(start.input), value, creationMethod },
        type: 'create',
      }
    }
    case 'SELFDESTRUCT':
      return { action: { address: from, balance: value, refundAddress: targetOf(start.to) }, type: 'suicide' }
    default:
      return {
        action: {
          ...{ from, to: targetOf(start.to), gas, input: longHex(start.input), value },
          callType: start.type.toLowerCase() as 'call',
        },
        type: 'call',
      }
  }
}

/** Null for what has none: self-destructions, and what failed without a word. */
function resultOf({ start, end }: CallFrame, { withIntrinsicGas }: FlatOptions): BareTraceJson['result'] {
  if (end === undefined || start.type === 'SELFDESTRUCT') return null
  if (end.failure !== undefined && end.failure !== 'revert') return null
  const gasUsed = toQuantity(withIntrinsicGas ? end.gasUsed : end.executionGasUsed)
  if (start.type !== 'CREATE' && start.type !== 'CREATE2') return { gasUsed, output: longHex(end.output) }
  if (end.failure !== undefined) return null
  return { gasUsed, address: targetOf(end.createdAddress), code: longHex(end.output) }
}

function targetOf(address: Uint8Array | undefined): `0x${string}` {
  return bytesToHex(address ?? new Uint8Array(20))
}

/** Characters that a place in the tree takes at most. */
export function addressCharacters({ traceAddress }: PlacedFrame): number {
  return 6 * traceAddress.length
}

/** As JSON of any kind: members that are missing were left out. */
export function asJson(trace: BareTraceJson | FlatTraceJson): JsonValue {
  return trace as JsonValue
}
