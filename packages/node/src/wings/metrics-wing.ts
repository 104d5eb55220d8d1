import type { Ground } from '../ground.ts'
import { createMetricsPage } from '../metrics/metrics-page.ts'
import { createMetricsServer } from '../metrics/metrics-server.ts'
import { isAlive, isReady } from '../status/health.ts'
import type { NodeState } from '../status/node-state.ts'
import type { ProcessWing } from './process-wing.ts'
import type { Wing } from './wing.ts'

/** What the metrics wing needs from other wings. */
export interface MetricsWingDependencies {
  readonly process: Pick<ProcessWing, 'loopDelay'>
  readonly state: () => NodeState
}

/**
 * Serves `/metrics`, `/health` and `/ready`. It starts before all others: whoever watches a node wants to see it open
 * its database, too.
 */
export function metricsWing({ config, logger }: Ground, { process, state }: MetricsWingDependencies): Wing {
  const { host, port } = config.metrics
  if (port === undefined) return {}
  return {
    start: async (services, { metrics }) => {
      const server = createMetricsServer(
        { host, port },
        {
          metrics: createMetricsPage(metrics),
          alive: () => isAlive(state(), process.loopDelay()),
          ready: () => isReady(state()),
          logger,
        },
      )
      await services.start('metrics', server)
      logger.info('Serving metrics', { http: server.url })
    },
  }
}
