import type { WorkVerifier } from '@poai/consensus'
import type { Clock, JsonValue, Logger, NetworkParams } from '@poai/core'
import type { WorkService } from '@poai/miner'
import type { Network } from '@poai/p2p'
import { type CallReport, createRpcServer, type RpcServer } from '@poai/rpc'
import type { MiningParts } from '../compose/create-mining.ts'
import type { ChainParts } from '../compose/open-chain-parts.ts'
import type { NodeConfig } from '../config/node-config.ts'
import type { DataPlaces } from '../data-directory.ts'
import type { WorkJudge } from '../judge/work-judge.ts'
import { isBehind } from '../mining/node-mining-gate.ts'
import { NodeError } from '../node-error.ts'
import { createMinerControl } from './miner-control.ts'
import { createPeerControl } from './peer-control.ts'

export interface DoorsOptions {
  readonly params: NetworkParams
  readonly places: DataPlaces
  readonly config: Pick<NodeConfig, 'rpc' | 'mining'>
  readonly version: string
  /** Static files of the explorer page. */
  readonly site: string | undefined
  /** What browsers verify blocks with, by the name that it is served under. */
  readonly findExtraFile: (name: string) => Promise<string | undefined>
  /** Told of every call. */
  readonly onCall: (report: CallReport) => void
}

/** What the doors need, and nothing more. What comes later than they do is asked for each time. */
export interface DoorsDependencies {
  readonly chain: ChainParts
  readonly judge: WorkJudge
  readonly verifier: WorkVerifier
  network(): Network | undefined
  mining(): MiningParts | undefined
  workService(): WorkService | undefined
  nodeStatus(): JsonValue
  readonly clock: Clock
  readonly logger: Logger
}

/** What a client may have saved up: a page of an explorer asks for some hundred things at once. */
const BURST_SECONDS = 10

/** JSON-RPC over a socket and HTTP, not yet started. */
export function openDoors(
  { params, places, config, version, site, findExtraFile, onCall }: DoorsOptions,
  { chain: parts, judge, verifier, network, mining, workService, nodeStatus, clock, logger }: DoorsDependencies,
): RpcServer {
  const { ipc, port, host, cors, vhosts, token, explorer, rate } = config.rpc
  const http =
    port === undefined
      ? {}
      : { http: { host, port, corsOrigins: cors, virtualHosts: vhosts, ...(token === undefined ? {} : { token }) } }
  const { chain, codecs, execution, recovery } = parts
  const work = (): WorkService => {
    const service = workService()
    if (service !== undefined) return service
    throw new NodeError('NODE_NOT_JOINED', 'the node gives no work yet')
  }
  return createRpcServer(
    {
      ...http,
      ...(ipc ? { ipcPath: places.socket } : {}),
      ...(explorer && site !== undefined ? { siteDirectory: site, findExtraFile } : {}),
      limits: { costPerSecond: rate, costBurst: rate * BURST_SECONDS },
      onCall,
    },
    {
      ...{ params, codecs, chain, execution, recovery, clock, logger, verifier, nodeStatus },
      clientVersion: `poai/${version}/${process.platform}-${process.arch}/node${process.versions.node}`,
      evaluator: judge,
      trieNodes: parts.trieNodes,
      peers: createPeerControl(network),
      miner: createMinerControl(config.mining, () => mining()?.miner),
      work: {
        getWork: async (...request) => work().getWork(...request),
        submitWork: async (...solution) => work().submitWork(...solution),
        submitRate: async (...report) => work().submitRate(...report),
      },
      sync: () => {
        const status = network()?.syncStatus()
        if (status === undefined || !isBehind(status)) return undefined
        const { currentBlock, highestBlock, state, blocksPerSecond, secondsLeft } = status
        return {
          ...{ startingBlock: currentBlock, currentBlock, highestBlock },
          details: { state, blocksPerSecond, secondsLeft: secondsLeft ?? null },
        }
      },
      engineStatus: () => engineToJson(params, judge),
    },
  )
}

function engineToJson({ work }: NetworkParams, judge: WorkJudge): JsonValue {
  const { state, reason, engine } = judge.status
  return {
    ...{ state, model: work.model, domain: work.domain },
    reason: reason?.message ?? null,
    workers:
      engine?.workers.map((worker) => ({ pid: worker.pid ?? null, state: worker.state, restarts: worker.restarts })) ??
      [],
    queued: engine === undefined ? { verify: 0, mine: 0 } : { ...engine.queued },
    evaluations: engine?.evaluations ?? 0,
    crashes: engine?.crashes ?? 0,
    systemInfo: engine?.model?.systemInfo ?? null,
  }
}
