import { listSchema, type Maybe, type Method, method, RESULTS, SCHEMAS, toQuantity } from '@poai/api'
import { adminMethods } from './admin-methods.ts'
import { peerEntryToJson } from './peer-json.ts'
import type { ShownNetwork } from './shown-network.ts'

/** What JSON-RPC tells of the network, and what its owner may change in it. */
export function networkMethods(network: Maybe<ShownNetwork>): readonly Method[] {
  return [...peerMethods(network), ...adminMethods(network)]
}

function peerMethods(network: Maybe<ShownNetwork>): readonly Method[] {
  return [
    method({
      name: 'net_listening',
      summary: 'True if other nodes can connect',
      params: [],
      result: RESULTS.flag,
      run: () => (network.now?.addresses().length ?? 0) > 0,
    }),
    method({
      name: 'net_peerCount',
      summary: 'How many nodes this one is connected to',
      params: [],
      result: RESULTS.quantity,
      run: () => toQuantity(network.now?.peers.connected().length ?? 0),
    }),
    method({
      name: 'poai_peers',
      summary: 'The nodes that this one is connected to',
      params: [],
      result: listSchema(SCHEMAS.peer),
      run: () => network.now?.peers.list().map(peerEntryToJson) ?? [],
    }),
  ]
}
