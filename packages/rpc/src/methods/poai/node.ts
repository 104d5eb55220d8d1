import { type Method, method, requirePart, SCHEMAS } from '@poai/api'
import type { NetworkParamsJson } from '@poai/api/client'
import { networkParamsToJson } from '@poai/core'
import type { MethodContext } from '../method-context.ts'

/** The node as a whole, and its network. */
export function nodeMethods({ params, nodeStatus }: MethodContext): readonly Method[] {
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
      summary: 'All parameters of the network: with them, anyone can check its blocks',
      params: [],
      result: SCHEMAS.networkParams,
      // Tables in core write it; the tests check it against the schema.
      run: () => networkParamsToJson(params) as NetworkParamsJson,
    }),
  ]
}
