import { type Method, method, SCHEMAS } from '@poai/api'
import type { NetworkParams } from '@poai/core'
import { engineReport } from './engine-json.ts'
import type { ModelEngines } from './model-engines.ts'

/** What JSON-RPC says about the engine. */
export function engineMethod(params: NetworkParams, service: Pick<ModelEngines, 'status' | 'callable'>): Method {
  return method({
    name: 'poai_engine',
    summary: 'The models, the determinism domain and the workers of this node',
    params: [],
    result: SCHEMAS.engine,
    run: () => engineReport(params, service.status, service.callable()),
  })
}
