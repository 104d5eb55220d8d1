import type { Method } from '@poai/api'
import { defined, type Startable } from '@poai/core'
import { ChainView } from './chain-view.ts'
import { type CallReport, createDispatcher, type Dispatcher } from './dispatch/dispatcher.ts'
import { PRIVATE_NAMESPACES } from './dispatch/private-namespaces.ts'
import { createMethods } from './methods/create-methods.ts'
import type { RpcDependencies } from './rpc-dependencies.ts'
import { RPC_DEFAULTS, type RpcLimits } from './rpc-limits.ts'
import { ClientMemory } from './server/client-memory.ts'
import { type HttpOptions, HttpServer } from './server/http-server.ts'
import { IpcServer } from './server/ipc-server.ts'
import { createStaticSite, type FindExtraFile } from './server/static-site.ts'
import { RpcWebSocketServer } from './server/websocket-server.ts'

/** Where the server listens, and its bounds. */
export interface RpcServerOptions {
  /** Left out: neither HTTP nor WebSocket. */
  readonly http?: HttpOptions
  /** Static files to serve by GET beside HTTP: the explorer page. */
  readonly siteDirectory?: string
  /** Files that lie elsewhere and are served too. */
  readonly findExtraFile?: FindExtraFile
  /** Left out: no local socket. */
  readonly ipcPath?: string
  readonly limits?: Partial<RpcLimits>
  /** Told of every call, for metrics. */
  readonly onCall?: (report: CallReport) => void
}

/** Answers questions about the chain. */
export interface RpcServer extends Startable {
  /** The URL of HTTP once it has started; undefined without HTTP. */
  readonly url: string | undefined
  readonly ipcPath: string | undefined
  /** All that it answers: its own methods and those of other parts. */
  readonly methods: readonly Method[]
}

/** A server over a chain. It does not listen before `start`. */
export function createRpcServer(options: RpcServerOptions, dependencies: RpcDependencies): RpcServer {
  return new ChainRpcServer(options, dependencies)
}

class ChainRpcServer implements RpcServer {
  readonly ipcPath: string | undefined
  readonly methods: readonly Method[]
  readonly #http: HttpServer | undefined
  readonly #view: ChainView
  readonly #servers: readonly Startable[]

  constructor(options: RpcServerOptions, dependencies: RpcDependencies) {
    const limits: RpcLimits = { ...RPC_DEFAULTS, ...options.limits }
    const { logger } = dependencies
    this.#view = new ChainView(dependencies.chain, dependencies.recovery)
    this.methods = createMethods(dependencies, { limits, view: this.#view })
    const memory = new ClientMemory(limits)
    const dispatcher: Dispatcher = createDispatcher(
      { limits, privateNamespaces: PRIVATE_NAMESPACES },
      {
        ...{ methods: this.methods, logger, memory },
        elapsedMs: () => performance.now(),
        ...defined({ onCall: options.onCall }),
      },
    )
    this.ipcPath = options.ipcPath
    const { siteDirectory, findExtraFile } = options
    const serveFile = siteDirectory === undefined ? undefined : createStaticSite(siteDirectory, findExtraFile)
    this.#http = options.http && new HttpServer(options.http, { dispatcher, limits, logger, ...defined({ serveFile }) })
    const ipc =
      options.ipcPath === undefined
        ? undefined
        : new IpcServer({ path: options.ipcPath }, { dispatcher, limits, logger, memory })
    const http = this.#http
    const webSocket =
      http === undefined ? undefined : new RpcWebSocketServer({ http, dispatcher, limits, logger, memory })
    this.#servers = [this.#http, webSocket, ipc].filter((server) => server !== undefined)
  }

  get url(): string | undefined {
    return this.#http?.url
  }

  async start(): Promise<void> {
    for (const server of this.#servers) await server.start()
  }

  async stop(): Promise<void> {
    for (const server of this.#servers.toReversed()) await server.stop()
    this.#view.close()
  }
}
