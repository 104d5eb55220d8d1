import { flag, type MemberShapes, objectOf, RpcError, type Shape, textOf, titled } from '@poai/api'
import { createCallTracer } from './call-tracer.ts'
import { createFlatCallTracer } from './flat-call-tracer.ts'
import { createFourByteTracer } from './four-byte-tracer.ts'
import { createMuxTracer } from './mux-tracer.ts'
import { createPrestateTracer } from './prestate-tracer.ts'
import { createStructTracer } from './struct-tracer.ts'
import type { Tracer, TracerPlace } from './tracer.ts'

/** What one tracer is asked for. */
interface TracerConfig {
  readonly onlyTopCall: boolean
  readonly withLog: boolean
  readonly diffMode: boolean
  readonly disableCode: boolean
  readonly disableStorage: boolean
  readonly includeEmpty: boolean
  readonly convertParityErrors: boolean
  readonly includePrecompiles: boolean
}

/** Tracers that may be named, and may work beside each other in a `muxTracer`. */
type TracerName = 'callTracer' | 'flatCallTracer' | 'prestateTracer' | '4byteTracer' | 'noopTracer'

const TRACERS: Readonly<Record<TracerName, (config: Partial<TracerConfig>, place: TracerPlace) => Tracer>> = {
  callTracer: ({ withLog, onlyTopCall }, place) =>
    createCallTracer({ withLogs: withLog === true, onlyTop: onlyTopCall === true }, place),
  flatCallTracer: ({ convertParityErrors, includePrecompiles }, place) =>
    createFlatCallTracer(
      {
        words: convertParityErrors === true ? 'parity' : 'geth',
        withIntrinsicGas: true,
        withPrecompiles: includePrecompiles === true,
      },
      place,
    ),
  prestateTracer: ({ diffMode, disableCode, disableStorage, includeEmpty }, place) =>
    createPrestateTracer(
      {
        isDiff: diffMode === true,
        withCode: disableCode !== true,
        withStorage: disableStorage !== true,
        withEmpty: includeEmpty === true,
      },
      place,
    ),
  '4byteTracer': () => createFourByteTracer(),
  noopTracer: () => ({ hooks: {}, result: () => ({}) }),
}

const TRACER_NAMES = Object.keys(TRACERS) as readonly TracerName[]

type MuxConfig = Readonly<Record<TracerName, Partial<TracerConfig>>>

/** What a client wants to see of an execution. */
export interface TraceOptions {
  readonly tracer: string
  /** Of a `muxTracer`: the configurations of its tracers by their names. */
  readonly tracerConfig: Partial<TracerConfig & MuxConfig>
  readonly disableStack: boolean
  readonly enableMemory: boolean
}

const configMembers: MemberShapes<TracerConfig> = {
  onlyTopCall: flag,
  withLog: flag,
  diffMode: flag,
  disableCode: flag,
  disableStorage: flag,
  includeEmpty: flag,
  convertParityErrors: flag,
  includePrecompiles: flag,
}
const oneConfig = titled('single tracer config', objectOf<TracerConfig>(configMembers))

/** The options of `debug_trace…`. */
export const traceOptions: Shape<Partial<TraceOptions>> = titled(
  'trace options',
  objectOf<TraceOptions>({
    tracer: textOf(64),
    tracerConfig: titled(
      'tracer config',
      objectOf<TracerConfig & MuxConfig>({
        ...configMembers,
        callTracer: oneConfig,
        flatCallTracer: oneConfig,
        prestateTracer: oneConfig,
        '4byteTracer': oneConfig,
        noopTracer: oneConfig,
      }),
    ),
    disableStack: flag,
    enableMemory: flag,
  }),
)

/** A tracer for one execution. */
export function createTracer(options: Partial<TraceOptions>, place: TracerPlace): Tracer {
  const { tracer, tracerConfig = {} } = options
  if (tracer === undefined) {
    return createStructTracer(
      { withStack: options.disableStack !== true, withMemory: options.enableMemory === true },
      place,
    )
  }
  if (tracer === 'muxTracer') {
    const wanted = TRACER_NAMES.filter((name) => tracerConfig[name] !== undefined)
    if (wanted.length === 0)
      throw new RpcError('invalidParams', `muxTracer: name its tracers: ${TRACER_NAMES.join(', ')}`)
    return createMuxTracer(new Map(wanted.map((name) => [name, TRACERS[name](tracerConfig[name] ?? {}, place)])))
  }
  const known = TRACER_NAMES.find((name) => name === tracer)
  if (known === undefined) {
    throw new RpcError('unsupported', `no such tracer: ${TRACER_NAMES.join(', ')}, muxTracer, or none`)
  }
  return TRACERS[known](tracerConfig, place)
}
