/**
 * Connections to a node for programs of Node: over HTTP, or over the node's socket in its data directory.
 *
 * @example
 * import { createHttpRpcClient } from '@poai/api/connect'
 * const client = createHttpRpcClient({ url: 'http://127.0.0.1:8545' })
 * await client.call('eth_blockNumber') // "0x2a"
 * client.close()
 */

export { createHttpRpcClient, type HttpRpcClientOptions } from './connect/http-rpc-client.ts'
export { createIpcRpcClient } from './connect/ipc-rpc-client.ts'
export type { CallOptions, RpcClient } from './connect/rpc-client.ts'
export { RpcClientError, type RpcClientErrorCode } from './connect/rpc-client-error.ts'
export { IPC_FILE, socketAddress } from './connect/socket-address.ts'
