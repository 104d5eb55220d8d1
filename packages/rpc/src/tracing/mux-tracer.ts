import { defined } from '@poai/core'
import type { TraceHooks } from '@poai/execution'
import type { Tracer } from './tracer.ts'

/** Several tracers that watch the same execution: geth's `muxTracer`. */
export function createMuxTracer(tracers: ReadonlyMap<string, Tracer>): Tracer {
  const all = [...tracers.values()].map(({ hooks }) => hooks)
  const hooks: TraceHooks = defined({
    onStep: together(all.map(({ onStep }) => onStep)),
    onEnter: together(all.map(({ onEnter }) => onEnter)),
    onExit: together(all.map(({ onExit }) => onExit)),
    onLog: together(all.map(({ onLog }) => onLog)),
  })
  return {
    hooks,
    result: (traced) => Object.fromEntries([...tracers].map(([name, tracer]) => [name, tracer.result(traced)])),
  }
}

/** Undefined if nobody listens. */
function together<T>(listeners: readonly (((value: T) => void) | undefined)[]): ((value: T) => void) | undefined {
  const there = listeners.filter((listener) => listener !== undefined)
  if (there.length === 0) return undefined
  return (value) => {
    for (const listener of there) listener(value)
  }
}
