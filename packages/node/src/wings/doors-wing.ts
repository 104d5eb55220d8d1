import { defined, Emitter } from '@poai/core'
import { type CallReport, createRpcServer, type RpcServer, type RpcServerOptions } from '@poai/rpc'
import { createBrowserEngine } from '../engine/browser-engine.ts'
import type { Ground } from '../ground.ts'
import { Late } from '../lifecycle/late.ts'
import { callSeconds } from '../metrics/call-seconds.ts'
import type { ChainWing } from './chain-wing.ts'
import type { EngineWing } from './engine-wing.ts'
import type { IndexWing } from './index-wing.ts'
import type { NetworkWing } from './network-wing.ts'
import type { Wing } from './wing.ts'

/** The way in for programs. */
export interface DoorsWing extends Wing {
  readonly server: Late<RpcServer>
}

/** What answers are made from, besides the methods that wings offer. */
export interface DoorsWingDependencies {
  readonly chain: ChainWing
  readonly engine: EngineWing
  readonly network: NetworkWing
  readonly index: IndexWing
}

/** How many seconds of its rate a client may save up: a page of an explorer asks for some hundred things at once. */
const BURST_SECONDS = 10

/**
 * Serves JSON-RPC over HTTP and the node's own socket, and the explorer page. It starts before the model is loaded, so
 * that people see what a node is waiting for.
 */
export function doorsWing(ground: Ground, { chain, engine, network, index }: DoorsWingDependencies): DoorsWing {
  const { params, version, clock, logger } = ground
  const calls = new Emitter<CallReport>('call', logger)
  const server = new Late<RpcServer>('the doors are not open yet')
  return {
    server,
    metrics: [callSeconds(calls.subscribe)],
    start: async (services, { methods, status }) => {
      const { codecs, execution, recovery, trieNodes, chain: opened } = chain.parts.made
      const rpc = createRpcServer(
        { ...doorsOf(ground), onCall: (report) => calls.emit(report) },
        {
          ...{ params, codecs, chain: opened, execution, recovery, trieNodes, clock, logger, methods },
          clientVersion: `poai/${version}/${process.platform}-${process.arch}/node${process.versions.node}`,
          verifier: engine.replays,
          evaluator: engine.service,
          answers: engine.answers.forCalls,
          callable: () => engine.service.callable(),
          sync: network.syncProgress,
          nodeStatus: status,
          ...defined({ accountIndex: index.indexer.now }),
        },
      )
      await services.start('doors', server.make(rpc))
      const { url, ipcPath } = rpc
      if (url !== undefined || ipcPath !== undefined) logger.info('Serving JSON-RPC', { http: url, socket: ipcPath })
    },
  }
}

function doorsOf({ params, config, places, installation }: Ground): RpcServerOptions {
  const { ipc, port, host, cors, vhosts, token, explorer, rate, traces } = config.rpc
  const http =
    port === undefined ? undefined : { host, port, corsOrigins: cors, virtualHosts: vhosts, ...defined({ token }) }
  const siteDirectory = explorer ? installation.site : undefined
  return {
    limits: { costPerSecond: rate, costBurst: rate * BURST_SECONDS, publicTraceCostPerSecond: traces },
    findExtraFile: createBrowserEngine(installation, params),
    ...defined({ http, siteDirectory, ipcPath: ipc ? places.socket : undefined }),
  }
}
