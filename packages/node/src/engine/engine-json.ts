import type { EngineJson, NodeStatusJson } from '@poai/api/client'
import type { NetworkParams } from '@poai/core'
import type { EngineStatus } from '@poai/inference'
import type { EngineServiceStatus } from './engine-service.ts'
import type { CallableStatus } from './model-engines.ts'

const NONE_QUEUED = { verify: 0, build: 0, mine: 0, call: 0 }

/** The answer of `poai_engine`. */
export function engineReport(
  { work }: NetworkParams,
  { state, reason, engine }: EngineServiceStatus,
  callable: readonly CallableStatus[],
): EngineJson {
  return {
    ...{ state, model: work.model, domain: work.domain },
    reason: reason?.message ?? null,
    workers: engine?.workers.map(({ pid = null, state: doing, restarts }) => ({ pid, state: doing, restarts })) ?? [],
    queued: { ...NONE_QUEUED, ...engine?.queued },
    callable: callable.map((model) => ({
      ...{ model: model.name, state: model.state, reason: model.reason?.message ?? null },
      workers: model.engine?.workers.length ?? 0,
    })),
    evaluations: engine?.evaluations ?? 0,
    crashes: engine?.crashes ?? 0,
    systemInfo: engine?.model?.systemInfo ?? null,
  }
}

/** The engine in `poai_nodeStatus`. */
export function engineToJson({ work }: NetworkParams, engine: EngineStatus | undefined): NodeStatusJson['engine'] {
  return {
    ...{ name: work.model, domain: work.domain },
    state: engine?.state ?? 'none',
    program: engine?.program ?? null,
    system: engine?.model?.systemInfo ?? null,
    workers: engine?.workers.length ?? 0,
    evaluations: engine?.evaluations ?? 0,
    crashes: engine?.crashes ?? 0,
    queued: Object.values(engine?.queued ?? {}).reduce((sum, count) => sum + count, 0),
  }
}
