import { defined, Emitter } from '@poai/core'
import { createWorkService, type WorkService } from '@poai/miner'
import { type CallReport, createRpcServer, type RpcServer, type RpcServerOptions } from '@poai/rpc'
import { createMinerControl } from '../doors/miner-control.ts'
import { createPeerControl } from '../doors/peer-control.ts'
import { callSeconds } from '../doors/rpc-metrics.ts'
import { createBrowserEngine } from '../engine/browser-engine.ts'
import { engineAnswer } from '../engine/engine-status.ts'
import type { Ground } from '../ground.ts'
import { isBehind } from '../network/is-behind.ts'
import { NodeError } from '../node-error.ts'
import type { ChainWing } from './chain-wing.ts'
import type { EngineWing } from './engine-wing.ts'
import type { MiningWing } from './mining-wing.ts'
import type { NetworkWing } from './network-wing.ts'
import type { WholeOffer, Wing } from './wing.ts'

/** What answers are made from besides what wings offer themselves. */
export interface DoorsWingDependencies {
  readonly chain: ChainWing
  readonly engine: EngineWing
  readonly network: NetworkWing
  readonly mining: MiningWing
}

/** What a client may have saved up: a page of an explorer asks for some hundred things at once. */
const BURST_SECONDS = 10

/**
 * JSON-RPC over HTTP and the node's own socket, with the explorer's page. They open before the model is loaded, so that
 * people see what a node waits for.
 */
export function doorsWing(ground: Ground, dependencies: DoorsWingDependencies): Wing {
  const { logger } = ground
  const calls = new Emitter<CallReport>('call', logger)
  return {
    metrics: [callSeconds(calls.subscribe)],
    start: async (services, whole) => {
      const server = createServer(ground, dependencies, { whole, onCall: (report) => calls.emit(report) })
      await services.start('doors', server)
      const { url, ipcPath } = server
      if (url !== undefined || ipcPath !== undefined) logger.info('Serving JSON-RPC', { http: url, socket: ipcPath })
    },
  }
}

function createServer(
  ground: Ground,
  { chain, engine, network, mining }: DoorsWingDependencies,
  { whole, onCall }: { readonly whole: WholeOffer; readonly onCall: (report: CallReport) => void },
): RpcServer {
  const { params, config, version, clock, logger } = ground
  const { codecs, execution, recovery, trieNodes, chain: opened } = chain.parts.made
  let service: WorkService | undefined
  const work = (): WorkService => {
    const desk = mining.parts.now?.desk
    if (desk === undefined) throw new NodeError('NODE_NOT_JOINED', 'the node gives no work yet')
    service ??= createWorkService(desk)
    return service
  }
  return createRpcServer(
    { ...doorOptions(ground), onCall },
    {
      ...{ params, codecs, chain: opened, execution, recovery, trieNodes, clock, logger },
      clientVersion: `poai/${version}/${process.platform}-${process.arch}/node${process.versions.node}`,
      verifier: engine.replays,
      evaluator: engine.service,
      nodeStatus: () => whole.status(),
      peers: createPeerControl(() => network.joined.now),
      miner: createMinerControl(config.mining, () => mining.parts.now?.miner),
      work: {
        getWork: async (...request) => work().getWork(...request),
        submitWork: async (...solution) => work().submitWork(...solution),
        submitRate: async (...report) => work().submitRate(...report),
      },
      sync: () => {
        const status = network.joined.now?.syncStatus()
        if (status === undefined || !isBehind(status)) return undefined
        const { currentBlock, highestBlock, state, blocksPerSecond, secondsLeft } = status
        return {
          ...{ startingBlock: currentBlock, currentBlock, highestBlock },
          details: { state, blocksPerSecond, secondsLeft: secondsLeft ?? null },
        }
      },
      engineStatus: () => engineAnswer(params, engine.service),
    },
  )
}

function doorOptions({ params, config, places, installation }: Ground): RpcServerOptions {
  const { ipc, port, host, cors, vhosts, token, explorer, rate } = config.rpc
  const http =
    port === undefined ? undefined : { host, port, corsOrigins: cors, virtualHosts: vhosts, ...defined({ token }) }
  const siteDirectory = explorer ? installation.site : undefined
  return {
    limits: { costPerSecond: rate, costBurst: rate * BURST_SECONDS },
    findExtraFile: createBrowserEngine(installation, params),
    ...defined({ http, siteDirectory, ipcPath: ipc ? places.socket : undefined }),
  }
}
