import { bytesToHex } from '@poai/core'
import type { FrameStart } from '@poai/execution'
import type { Tracer } from './tracer.ts'

const SELECTOR_BYTES = 4

/** How often each selector was called, by the size of its arguments: geth's `4byteTracer`. */
export function createFourByteTracer(): Tracer {
  const counts = new Map<string, number>()
  const onEnter = ({ type, input, runsPrecompile }: FrameStart): void => {
    if (type === 'CREATE' || type === 'CREATE2' || runsPrecompile || input.length < SELECTOR_BYTES) return
    const name = `${bytesToHex(input.subarray(0, SELECTOR_BYTES))}-${input.length - SELECTOR_BYTES}`
    counts.set(name, (counts.get(name) ?? 0) + 1)
  }
  return { hooks: { onEnter }, result: () => Object.fromEntries(counts) }
}
