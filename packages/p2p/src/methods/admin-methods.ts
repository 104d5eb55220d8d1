import {
  count,
  listSchema,
  type Maybe,
  type Method,
  method,
  optional,
  RESULTS,
  required,
  SCHEMAS,
  textOf,
} from '@poai/api'
import { banToJson, nodeInfoToJson, peerEntryToJson } from './peer-json.ts'
import type { ShownNetwork } from './shown-network.ts'

/** Longer than any multiaddress with a peer id. */
const MAX_ADDRESS_CHARACTERS = 512
const target = textOf(MAX_ADDRESS_CHARACTERS)

/** For the node's owner: peers. */
export function adminMethods(network: Maybe<ShownNetwork>): readonly Method[] {
  return [
    method({
      name: 'admin_nodeInfo',
      summary: 'The node’s identity, addresses and reachability',
      params: [],
      result: SCHEMAS.nodeInfo,
      run: () => nodeInfoToJson(network.now),
    }),
    method({
      name: 'admin_peers',
      summary: 'Peers with their addresses, scores and latencies',
      params: [],
      result: listSchema(SCHEMAS.peer),
      run: () => network.now?.peers.list().map(peerEntryToJson) ?? [],
    }),
    method({
      name: 'admin_addPeer',
      summary: 'Keeps a connection to the node at an address',
      params: [required('address', target)],
      result: RESULTS.flag,
      run: ([address]) => {
        network.require().peers.add(address)
        return true
      },
    }),
    method({
      name: 'admin_removePeer',
      summary: 'Drops a peer and keeps no connection to it',
      params: [required('peerId', target)],
      result: RESULTS.flag,
      run: ([peerId]) => network.require().peers.remove(peerId),
    }),
    method({
      name: 'admin_ban',
      summary: 'Refuses a peer id or an address for a time in milliseconds',
      params: [required('target', target), optional('forMs', count)],
      result: SCHEMAS.ban,
      run: async ([who, forMs]) => banToJson(await network.require().peers.ban(who, forMs)),
    }),
    method({
      name: 'admin_unban',
      summary: 'Lifts a ban',
      params: [required('target', target)],
      result: RESULTS.flag,
      run: ([who]) => network.require().peers.unban(who),
    }),
    method({
      name: 'admin_bans',
      summary: 'Who is banned, and until when',
      params: [],
      result: listSchema(SCHEMAS.ban),
      run: () => network.now?.peers.bans().map(banToJson) ?? [],
    }),
  ]
}
