/**
 * Connections to a node for programs of Node: over HTTP, or over the node's socket in its data directory.
 *
 * @example
 * import { ask, createHttpRpcClient } from '@poai/api/connect'
 * const client = createHttpRpcClient({ url: 'http://127.0.0.1:8545' })
 * const { head } = await ask(client, 'poai_nodeStatus', [])
 * client.close()
 */

export { ask } from './connect/ask.ts'
export { createHttpRpcClient, type HttpRpcClientOptions } from './connect/http-rpc-client.ts'
export { createIpcRpcClient } from './connect/ipc-rpc-client.ts'
export type { CallOptions, RpcClient } from './connect/rpc-client.ts'
export { RpcClientError, type RpcClientErrorCode } from './connect/rpc-client-error.ts'
export { IPC_FILE, socketAddress } from './connect/socket-address.ts'
