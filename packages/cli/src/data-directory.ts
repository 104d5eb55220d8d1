import { access } from 'node:fs/promises'
import { join, resolve } from 'node:path'
import { AppError, BUILT_IN_NETWORKS, bytesToHex, equalBytes, genesisHash, type NetworkParams } from '@poai/core'
import { readGenesisHash } from '@poai/storage'
import { findInstallation } from './installation.ts'
import { loadNetwork } from './load-network.ts'
import { UsageError } from './report-error.ts'

/** The data directory of a node, and its network. */
export interface DataDirectory {
  readonly path: string
  /** The path of the database. */
  readonly chain: string
  readonly params: NetworkParams
}

/** The options that choose a data directory. */
export interface DataDirectoryOptions {
  readonly home?: string
  /** Default: the folder of the network in the home. */
  readonly dataDir?: string
  /** Default: the network whose chain is in the data directory, else the devnet. */
  readonly network?: string
}

const DEFAULT_NETWORK = 'devnet'
/** Written by a node of a network that is not built in. */
export const NETWORK_FILE = 'network.json'

/** The data directory that the options choose. `fallback` is the network of a directory that names none. */
export async function findDataDirectory(
  options: DataDirectoryOptions,
  environment: NodeJS.ProcessEnv,
  fallback?: NetworkParams,
): Promise<DataDirectory> {
  const named = options.network === undefined ? undefined : await loadNetwork(options.network)
  if (options.dataDir === undefined) {
    const params = named ?? fallback ?? (await loadNetwork(DEFAULT_NETWORK))
    return placesIn(join(findInstallation(options.home, environment).home, params.name), params)
  }
  const path = resolve(options.dataDir)
  return placesIn(path, named ?? (await networkOf(path)) ?? fallback ?? (await loadNetwork(DEFAULT_NETWORK)))
}

function placesIn(path: string, params: NetworkParams): DataDirectory {
  return { path, chain: join(path, 'chain'), params }
}

/** The network that a file in `path` names, or whose chain is there. */
async function networkOf(path: string): Promise<NetworkParams | undefined> {
  const file = join(path, NETWORK_FILE)
  const hasFile = await access(file).then(
    () => true,
    () => false,
  )
  if (hasFile) return loadNetwork(file)
  const hash = await readGenesisHash(join(path, 'chain'))
  if (hash === undefined) return undefined
  const known = builtInNetworkOf(hash)
  if (known !== undefined) return known
  throw new UsageError(
    `the chain in ${path} does not belong to a built-in network (genesis ${bytesToHex(hash)})`,
    'give its file of parameters: --network FILE.json',
  )
}

/** The built-in network with that genesis block. */
export function builtInNetworkOf(hash: Uint8Array): NetworkParams | undefined {
  return Object.values(BUILT_IN_NETWORKS).find((params) => equalBytes(genesisHash(params), hash))
}

/** Throws if there is no database, instead of creating one. */
export async function requireDatabase({ path, chain }: DataDirectory): Promise<void> {
  if ((await readGenesisHash(chain)) !== undefined) return
  throw new AppError('CLI_NO_DATABASE', `there is no chain in ${path}`, {
    hint: 'name another data directory with --data-dir, or another network with --network',
  })
}
