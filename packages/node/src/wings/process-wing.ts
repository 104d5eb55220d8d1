import type { Ground } from '../ground.ts'
import { createEventLoopWatch, type EventLoopDelay } from '../lifecycle/event-loop-watch.ts'
import { readFrom } from '../metrics/metric.ts'
import { residentBytes } from '../status/process-memory.ts'
import { PROCESS_ROWS } from '../status/process-metrics.ts'
import type { EngineWing } from './engine-wing.ts'
import type { Telling } from './wing.ts'

/** The process that the node runs in. */
export interface ProcessWing extends Telling<'memoryBytes' | 'uptimeSeconds'> {
  readonly loopDelay: () => EventLoopDelay
}

/** Knows how long the process has been running, how much memory it holds, and whether it is too busy to answer. */
export function processWing({ clock, logger }: Ground, { service }: Pick<EngineWing, 'service'>): ProcessWing {
  const createdAtMs = performance.now()
  const loop = createEventLoopWatch({ clock, logger })
  const look = (): { readonly memoryBytes: number; readonly uptimeSeconds: number } => ({
    memoryBytes: residentBytes(service.status.engine?.workers.map(({ pid }) => pid) ?? []),
    uptimeSeconds: Math.floor((performance.now() - createdAtMs) / 1000),
  })
  return {
    loopDelay: () => loop.delay,
    metrics: readFrom(PROCESS_ROWS, () => ({ ...look(), loop: loop.delay })),
    status: look,
    start: (services) => services.start('event loop watch', loop),
  }
}
