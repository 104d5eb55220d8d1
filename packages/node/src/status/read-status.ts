import { workOfTarget } from '@poai/consensus'
import { genesisHash, genesisHeader, type NetworkParams } from '@poai/core'
import type { EngineStatus } from '@poai/inference'
import type { Network } from '@poai/p2p'
import type { ImportFigures } from '../chain/watch-chain.ts'
import type { MiningParts } from '../compose/create-mining.ts'
import type { ChainParts } from '../compose/open-chain-parts.ts'
import type { Standing } from '../finality/settling.ts'
import type { ReplayFigures } from '../judge/replay-counter.ts'
import type { HeadStatus, NodeState, NodeStatus } from './node-status.ts'
import { residentBytes } from './process-memory.ts'

/** What a status is read from: the parts of a node, as far as it has come. */
export interface StatusSources {
  readonly version: string
  readonly params: NetworkParams
  readonly isMiner: boolean
  readonly state: NodeState
  readonly standing: Standing
  readonly chain: Pick<ChainParts, 'chain' | 'importFigures'> | undefined
  readonly mining: Pick<MiningParts, 'miner' | 'desk'> | undefined
  readonly network: Pick<Network, 'peerId' | 'addresses' | 'peers' | 'syncStatus'> | undefined
  readonly engine: EngineStatus | undefined
  readonly replays: ReplayFigures
  readonly uptimeMs: number
}

const NO_IMPORTS: ImportFigures = {
  outcomes: { head: 0, side: 0, known: 0, orphan: 0 },
  invalid: {},
  undecided: 0,
  reorganisations: { count: 0, deepest: 0 },
}

/** What a node says of itself. */
export function readStatus(sources: StatusSources): NodeStatus {
  const { version, params, isMiner, state, standing, chain, mining, network, engine, replays, uptimeMs } = sources
  return {
    version,
    state,
    role: isMiner ? 'miner' : 'validator',
    network: { name: params.name, chainId: params.chainId, genesisHash: genesisHash(params) },
    head: headStatus(params, chain),
    finality: { ...standing, number: chain?.chain.finalized().number ?? 0n },
    peerId: network?.peerId,
    addresses: network?.addresses() ?? [],
    peers: network === undefined ? 0 : countPeers(network),
    sync: network?.syncStatus(),
    miner: mining?.miner.status,
    farm: mining?.desk.status,
    replays,
    imports: chain?.importFigures() ?? NO_IMPORTS,
    mempool: chain?.chain.mempool.size ?? { pending: 0, queued: 0, bytes: 0 },
    engine,
    model: { name: params.work.model, domain: params.work.domain },
    memoryBytes: residentBytes(engine?.workers.map(({ pid }) => pid) ?? []),
    uptimeSeconds: Math.floor(uptimeMs / 1000),
  }
}

/** Peers that are connected. */
export function countPeers({ peers }: Pick<Network, 'peers'>): number {
  return peers.list().filter(({ peer }) => peer !== undefined).length
}

/** Of the genesis block, while there is no chain yet. */
function headStatus(params: NetworkParams, parts: StatusSources['chain']): HeadStatus {
  const head = parts?.chain.head()
  const header = (head === undefined ? undefined : parts?.chain.queries.header(head.hash)) ?? genesisHeader(params)
  return {
    number: header.number,
    hash: head?.hash ?? genesisHash(params),
    timestamp: header.timestamp,
    difficulty: workOfTarget(header.target),
    totalWork: head?.totalWork ?? 0n,
  }
}
