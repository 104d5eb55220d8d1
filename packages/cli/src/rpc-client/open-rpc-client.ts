import { join, resolve } from 'node:path'
import type { RpcClient } from '@poai/api/connect'
import { createHttpRpcClient, createIpcRpcClient, IPC_FILE, RpcClientError } from '@poai/api/connect'
import { defined } from '@poai/core'
import { findInstallation } from '../installation.ts'
import { UsageError } from '../report-error.ts'

/** The options that choose a node. */
export interface NodeChoice {
  readonly home?: string
  /** A URL, or the path of a socket. Default: $POAI_RPC. */
  readonly rpc?: string
  /** The data directory of a node on this machine, which is reached over its socket. */
  readonly dataDir?: string
}

/** Where testnets serve JSON-RPC by default, and nodes usually do. */
export const DEFAULT_RPC_URL = 'http://127.0.0.1:8545'
const DEFAULT_NETWORK = 'devnet'

/** A client of the node at an address. */
export function createRpcClient(address: string, token?: string): RpcClient {
  if (/^https?:\/\//i.test(address)) {
    if (!URL.canParse(address)) throw wrongAddress(address)
    return createHttpRpcClient({ url: address, ...defined({ token }) })
  }
  if (/^[a-z]+:\/\//i.test(address)) throw wrongAddress(address)
  return createIpcRpcClient(resolve(address))
}

function wrongAddress(address: string): UsageError {
  return new UsageError(
    `${address} is not the address of a node`,
    'give a URL like http://127.0.0.1:8545, or the path of a socket like DATA/poai.ipc',
  )
}

/**
 * A client of the node that the options choose; else of this machine's devnet node over its socket, if it runs; else of
 * whatever serves JSON-RPC on the default port, as a testnet does.
 */
export async function openRpcClient(choice: NodeChoice, environment: NodeJS.ProcessEnv): Promise<RpcClient> {
  const token = environment['POAI_RPC_TOKEN']
  const named = choice.rpc ?? (choice.dataDir === undefined ? environment['POAI_RPC'] : join(choice.dataDir, IPC_FILE))
  if (named !== undefined) return createRpcClient(named, token)
  const socket = join(findInstallation(choice.home, environment).home, DEFAULT_NETWORK, IPC_FILE)
  return (await isAlive(socket)) ? createIpcRpcClient(socket) : createRpcClient(DEFAULT_RPC_URL, token)
}

/** A killed node leaves its socket behind, and on Windows there is no file: only an answer shows that a node runs. */
async function isAlive(socket: string): Promise<boolean> {
  const client = createIpcRpcClient(socket)
  try {
    await client.call('eth_chainId', [], { timeoutMs: 2_000 })
    return true
  } catch (error) {
    return error instanceof RpcClientError && error.code === 'RPC_REFUSED'
  } finally {
    client.close()
  }
}

/** Runs `work` with the node that the options choose, and closes the connection whatever happens. */
export async function withNode<T>(
  choice: NodeChoice,
  environment: NodeJS.ProcessEnv,
  work: (client: RpcClient) => Promise<T>,
): Promise<T> {
  const client = await openRpcClient(choice, environment)
  try {
    return await work(client)
  } finally {
    client.close()
  }
}
