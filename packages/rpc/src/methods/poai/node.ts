import {
  FARM_MESSAGES,
  jsonFor,
  listSchema,
  type Method,
  method,
  RESULTS,
  required,
  requirePart,
  SCHEMAS,
} from '@poai/api'
import type { NetworkParamsJson } from '@poai/api/client'
import { networkParamsToJson } from '@poai/core'
import type { MethodContext } from '../method-context.ts'

/** The node as people and farms ask for it. */
export function nodeMethods(context: MethodContext): readonly Method[] {
  const { params, nodeStatus, engineStatus, work, peers } = context
  return [
    method({
      name: 'poai_nodeStatus',
      summary: 'What the node is doing: head, peers, mining, replays, memory',
      params: [],
      result: SCHEMAS.nodeStatus,
      run: () => requirePart(nodeStatus, 'status')(),
    }),
    method({
      name: 'poai_networkParams',
      summary: 'All parameters of the network: with them anybody can judge its blocks',
      params: [],
      result: SCHEMAS.networkParams,
      // The tables of core write it; the tests check it against the schema.
      run: () => networkParamsToJson(params) as NetworkParamsJson,
    }),
    method({
      name: 'poai_engine',
      summary: 'The model, the determinism domain and the workers of this node',
      params: [],
      result: SCHEMAS.engine,
      run: () => requirePart(engineStatus, 'engine')(),
    }),
    method({
      name: 'poai_peers',
      summary: 'The nodes that this one is connected to',
      params: [],
      result: listSchema(SCHEMAS.peer),
      run: () => requirePart(peers, 'network').list(),
    }),
    method({
      name: 'poai_getWork',
      summary: 'Work for a miner on another machine: a sealed header and a range of nonces of its own',
      params: [required('request', jsonFor(FARM_MESSAGES.request))],
      result: SCHEMAS.workJob,
      run: ([request], { signal, session }) =>
        requirePart(work, 'work for others').getWork(request, signal, session.client),
    }),
    method({
      name: 'poai_submitWork',
      summary: 'What a miner on another machine found: judged like a stranger’s block',
      params: [required('solution', jsonFor(FARM_MESSAGES.solution))],
      result: SCHEMAS.workAnswer,
      run: ([solution], { session }) => requirePart(work, 'work for others').submitWork(solution, session.client),
    }),
    method({
      name: 'poai_submitRate',
      summary: 'How fast a miner on another machine works',
      params: [required('report', jsonFor(FARM_MESSAGES.report))],
      result: RESULTS.flag,
      run: ([report], { session }) => requirePart(work, 'work for others').submitRate(report, session.client),
    }),
  ]
}
