import {
  address,
  count,
  listSchema,
  type Method,
  method,
  optional,
  RESULTS,
  required,
  requirePart,
  SCHEMAS,
  textOf,
} from '@poai/api'
import type { MethodContext } from './method-context.ts'

/** Longer than any multiaddress with a peer id. */
const MAX_ADDRESS_CHARACTERS = 512
const target = textOf(MAX_ADDRESS_CHARACTERS)

/** For the node's owner: peers. */
export function adminMethods({ peers }: MethodContext): readonly Method[] {
  const control = (): NonNullable<typeof peers> => requirePart(peers, 'network')
  return [
    method({
      name: 'admin_nodeInfo',
      summary: 'The node’s identity, addresses and reachability',
      params: [],
      result: SCHEMAS.nodeInfo,
      run: () => control().nodeInfo(),
    }),
    method({
      name: 'admin_peers',
      summary: 'Peers with their addresses, scores and latencies',
      params: [],
      result: listSchema(SCHEMAS.peer),
      run: () => control().list(),
    }),
    method({
      name: 'admin_addPeer',
      summary: 'Keeps a connection to the node at an address',
      params: [required('address', target)],
      result: RESULTS.flag,
      run: async ([at]) => {
        await control().add(at)
        return true
      },
    }),
    method({
      name: 'admin_removePeer',
      summary: 'Drops a peer and keeps no connection to it',
      params: [required('peerId', target)],
      result: RESULTS.flag,
      run: ([peerId]) => control().remove(peerId),
    }),
    method({
      name: 'admin_ban',
      summary: 'Refuses a peer id or an address for a time in milliseconds',
      params: [required('target', target), optional('forMs', count)],
      result: SCHEMAS.ban,
      run: ([who, forMs]) => control().ban(who, forMs),
    }),
    method({
      name: 'admin_unban',
      summary: 'Lifts a ban',
      params: [required('target', target)],
      result: RESULTS.flag,
      run: ([who]) => control().unban(who),
    }),
    method({
      name: 'admin_bans',
      summary: 'Who is banned, and until when',
      params: [],
      result: listSchema(SCHEMAS.ban),
      run: () => control().bans(),
    }),
  ]
}

/** For the node's owner: mining. */
export function minerMethods({ miner }: MethodContext): readonly Method[] {
  const control = (): NonNullable<typeof miner> => requirePart(miner, 'miner')
  return [
    method({
      name: 'miner_start',
      summary: 'Starts mining, or goes on with it',
      params: [],
      result: RESULTS.flag,
      run: async () => {
        await control().start()
        return true
      },
    }),
    method({
      name: 'miner_stop',
      summary: 'Pauses mining',
      params: [],
      result: RESULTS.flag,
      run: async () => {
        await control().stop()
        return true
      },
    }),
    method({
      name: 'miner_setEtherbase',
      summary: 'Changes who gets the rewards, from the next template on',
      params: [required('beneficiary', address)],
      result: RESULTS.flag,
      run: ([beneficiary]) => {
        control().setBeneficiary(beneficiary)
        return true
      },
    }),
    method({
      name: 'miner_status',
      summary: 'What the miner does: attempts, blocks, rewards',
      params: [],
      result: SCHEMAS.minerStatus,
      run: () => control().status(),
    }),
  ]
}
