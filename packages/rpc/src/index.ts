/**
 * JSON-RPC as Ethereum's tools speak it, and the chain's own methods, over HTTP, WebSocket and a local socket.
 *
 * @example
 * import { createRpcServer } from '@poai/rpc'
 * const http = { host: '127.0.0.1', port: 8545, corsOrigins: [], virtualHosts: [] }
 * const dependencies = { params, codecs, chain, execution, recovery, clock, logger, clientVersion }
 * const server = createRpcServer({ http, ipcPath: './data/poai.ipc' }, dependencies)
 * await server.start()
 * server.url // http://127.0.0.1:8545
 */

export { type CallReport, DISPATCH_DEFAULTS, type DispatchLimits } from './dispatch/dispatcher.ts'
export { RATE_DEFAULTS, type RateLimits } from './dispatch/rate-limiter.ts'
export type { RpcDependencies, SyncProgress } from './rpc-dependencies.ts'
export { rpcDocument } from './rpc-document.ts'
export { RPC_DEFAULTS, type RpcLimits } from './rpc-limits.ts'
export { createRpcServer, type RpcServer, type RpcServerOptions } from './rpc-server.ts'
export type { HttpOptions } from './server/http-server.ts'
export { RpcServerError, type RpcServerErrorCode } from './server/rpc-server-error.ts'
