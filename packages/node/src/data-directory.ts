import { mkdir, readFile, rename, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { AppError, BUILT_IN_NETWORKS, type NetworkParams, networkParamsToJson } from '@poai/core'

/** Where a node keeps its own files. */
export interface DataPlaces {
  readonly root: string
  /** LevelDB; its lock keeps a second node out of the whole directory. */
  readonly chain: string
  /** The identity among peers; a secret. */
  readonly key: string
  /** The operator's socket. */
  readonly socket: string
  /** The parameters of a network that is not built in, so that commands know whose chain this is. */
  readonly network: string
}

/** The places in a data directory. */
export function placesIn(root: string): DataPlaces {
  return {
    root,
    chain: join(root, 'chain'),
    key: join(root, 'node.key'),
    socket: join(root, 'poai.ipc'),
    network: join(root, 'network.json'),
  }
}

/** Creates the directory, for this user only, if it does not exist. */
export async function prepareDataDirectory({ root }: DataPlaces): Promise<void> {
  try {
    await mkdir(root, { recursive: true, mode: 0o700 })
  } catch (cause) {
    throw new AppError('NODE_DATA_DIRECTORY', `cannot make the data directory ${root}`, {
      actual: cause instanceof Error ? cause.message : String(cause),
      hint: 'choose another one: --data-dir DIRECTORY',
      cause,
    })
  }
}

function networkText(params: NetworkParams): string {
  return `${JSON.stringify(networkParamsToJson(params), undefined, 2)}\n`
}

/** Writes down whose chain this is, unless every release knows it. Only for whoever holds the database's lock. */
export async function rememberNetwork({ network }: DataPlaces, params: NetworkParams): Promise<void> {
  const text = networkText(params)
  // A fork that only this operator knows of makes a built-in network another one; a release may know of it later.
  if (Object.values(BUILT_IN_NETWORKS).some((known) => networkText(known) === text)) return rm(network, { force: true })
  // Written by an earlier start, perhaps before a fork was known. The database, which is open, is that network's.
  if ((await readFile(network, 'utf8').catch(() => undefined)) === text) return
  const draft = `${network}.new`
  await writeFile(draft, text)
  await rename(draft, network)
}
