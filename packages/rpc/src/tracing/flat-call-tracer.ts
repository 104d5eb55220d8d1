import { addressCharacters, asJson, type FlatOptions, flatten, placeTrace, showTrace } from './flat-traces.ts'
import { FrameCollector } from './frame-collector.ts'
import type { Tracer, TracerPlace } from './tracer.ts'

/** The calls as a list in Parity's form: geth's `flatCallTracer`. */
export function createFlatCallTracer(options: FlatOptions, { mined, grow }: TracerPlace): Tracer {
  const frames = new FrameCollector(grow)
  const { onEnter, onExit } = frames
  return {
    hooks: { onEnter, onExit },
    result: () =>
      Array.from(flatten(frames.root, options), (placed) => {
        grow(addressCharacters(placed))
        const trace = showTrace(placed, options)
        return asJson(mined === undefined ? trace : placeTrace(trace, mined))
      }),
  }
}
