import { flag, objectOf, RpcError, type Shape, textOf, titled } from '@poai/api'
import type { StateReader } from '@poai/execution'
import { createCallTracer } from './call-tracer.ts'
import { createFourByteTracer } from './four-byte-tracer.ts'
import { createPrestateTracer } from './prestate-tracer.ts'
import { createStructTracer } from './struct-tracer.ts'
import type { Tracer } from './tracer.ts'

interface TracerConfig {
  readonly onlyTopCall: boolean
  readonly withLog: boolean
  readonly diffMode: boolean
}

/** What a client wants to see of an execution. */
export interface TraceOptions {
  readonly tracer: string
  readonly tracerConfig: Partial<TracerConfig>
  readonly disableStack: boolean
  readonly enableMemory: boolean
}

/** The options of `debug_trace…`. */
export const traceOptions: Shape<Partial<TraceOptions>> = titled(
  'trace options',
  objectOf<TraceOptions>({
    tracer: textOf(64),
    tracerConfig: titled('tracer config', objectOf<TracerConfig>({ onlyTopCall: flag, withLog: flag, diffMode: flag })),
    disableStack: flag,
    enableMemory: flag,
  }),
)

/** A tracer for one execution that begins on `state`. */
export function createTracer(options: Partial<TraceOptions>, state: Pick<StateReader, 'code'>): Tracer {
  const { tracer, tracerConfig = {} } = options
  switch (tracer) {
    case undefined:
      return createStructTracer({ withStack: options.disableStack !== true, withMemory: options.enableMemory === true })
    case 'callTracer':
      return createCallTracer({ withLogs: tracerConfig.withLog === true, onlyTop: tracerConfig.onlyTopCall === true })
    case 'prestateTracer':
      if (tracerConfig.diffMode === true) throw new RpcError('unsupported', 'prestateTracer: diffMode is not supported')
      return createPrestateTracer(state)
    case '4byteTracer':
      return createFourByteTracer()
    case 'noopTracer':
      return { hooks: {}, result: () => ({}) }
    default:
      throw new RpcError('unsupported', 'no such tracer: callTracer, prestateTracer, 4byteTracer, noopTracer, or none')
  }
}
