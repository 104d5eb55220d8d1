import { readFileSync, rmSync } from 'node:fs'
import { access, constants, mkdir, open, readFile, rm, writeFile } from 'node:fs/promises'
import { join, resolve } from 'node:path'
import {
  AppError,
  bytesToHex,
  equalBytes,
  genesisHash,
  type NetworkParams,
  networkParamsToJson,
  parseNetworkParams,
} from '@poai/core'

/** The folder of a testnet, locked by this process. */
export interface TestnetDirectory {
  readonly path: string
  /** The file of the network's parameters, for the nodes. */
  readonly networkFile: string
  /** False if it held a chain before. */
  readonly isNew: boolean
  /** Unlocks it. May be called twice. */
  release(): void
}

const LOCK_FILE = 'testnet.lock'
const NETWORK_FILE = 'network.json'
/** How many folders are tried when none is named: more testnets than a machine can run. */
const MAX_FOLDERS = 100

/** Locks the folder that is named, or else the first in the home that is free and of this network. */
export async function openTestnetDirectory(
  { named, home }: { readonly named: string | undefined; readonly home: string },
  params: NetworkParams,
): Promise<TestnetDirectory> {
  if (named !== undefined) return openDirectory(resolve(named), params)
  for (let index = 1; index <= MAX_FOLDERS; index++) {
    const path = join(home, 'testnets', index === 1 ? params.name : `${params.name}-${index}`)
    try {
      return await openDirectory(path, params)
    } catch (error) {
      const isTaken =
        error instanceof AppError && (error.code === 'CLI_TESTNET_RUNS' || error.code === 'CLI_TESTNET_FOREIGN')
      if (!isTaken) throw error
    }
  }
  throw new AppError('CLI_TESTNET_RUNS', `all ${MAX_FOLDERS} folders for testnets in ${home} are in use`, {
    hint: 'name another folder: --data-dir DIRECTORY',
  })
}

async function openDirectory(path: string, params: NetworkParams): Promise<TestnetDirectory> {
  await makeFolder(path)
  const lock = join(path, LOCK_FILE)
  await takeLock(lock, path)
  const release = (): void => releaseLock(lock)
  try {
    const isNew = await claimForNetwork(path, params)
    return { path, networkFile: join(path, NETWORK_FILE), isNew, release }
  } catch (error) {
    release()
    throw error
  }
}

async function makeFolder(path: string): Promise<void> {
  try {
    await mkdir(path, { recursive: true, mode: 0o700 })
    await access(path, constants.W_OK)
  } catch (cause) {
    throw new AppError('CLI_FOLDER_UNUSABLE', `cannot write to ${path}`, {
      actual: cause instanceof Error ? cause.message : String(cause),
      cause,
      hint: 'name a folder that you may write to: --data-dir DIRECTORY',
    })
  }
}

/** Records the network in the folder, or checks that it is the same as before. True if the folder was new. */
async function claimForNetwork(path: string, params: NetworkParams): Promise<boolean> {
  const file = join(path, NETWORK_FILE)
  const text = await readFile(file, 'utf8').catch(() => undefined)
  if (text === undefined) {
    await writeFile(file, `${JSON.stringify(networkParamsToJson(params), null, 2)}\n`)
    return true
  }
  const found = parseNetworkParams(parseJson(text, file))
  if (equalBytes(genesisHash(found), genesisHash(params))) return false
  throw new AppError('CLI_TESTNET_FOREIGN', `${path} holds a testnet of another network`, {
    expected: `${params.name}, genesis ${bytesToHex(genesisHash(params))}`,
    actual: `${found.name}, genesis ${bytesToHex(genesisHash(found))}`,
    hint: 'name another folder with --data-dir, or delete this one to start over',
  })
}

function parseJson(text: string, path: string): unknown {
  try {
    return JSON.parse(text)
  } catch (cause) {
    throw new AppError('CONFIG_FILE_UNREADABLE', `cannot read ${path}`, {
      actual: cause instanceof Error ? cause.message : String(cause),
      cause,
      hint: 'name another folder with --data-dir, or delete this one to start over',
    })
  }
}

async function takeLock(lock: string, path: string): Promise<void> {
  try {
    const file = await open(lock, 'wx')
    await file.writeFile(`${process.pid}\n`)
    await file.close()
  } catch (cause) {
    if (!(cause instanceof Error && 'code' in cause && cause.code === 'EEXIST')) throw cause
    const owner = await ownerOf(lock)
    if (owner !== undefined && isRunning(owner)) {
      throw new AppError('CLI_TESTNET_RUNS', `a testnet is running in ${path}`, {
        actual: `process ${owner}`,
        cause,
        hint: 'stop it, or name another folder: --data-dir DIRECTORY',
      })
    }
    // Its process ended without removing the lock.
    await rm(lock, { force: true })
    await takeLock(lock, path)
  }
}

async function ownerOf(lock: string): Promise<number | undefined> {
  const pid = Number.parseInt(await readFile(lock, 'utf8').catch(() => ''), 10)
  return Number.isInteger(pid) && pid > 0 ? pid : undefined
}

function isRunning(pid: number): boolean {
  try {
    process.kill(pid, 0)
    return true
  } catch (error) {
    // It is a process of another user.
    return error instanceof Error && 'code' in error && error.code === 'EPERM'
  }
}

function releaseLock(lock: string): void {
  try {
    if (Number.parseInt(readFileSync(lock, 'utf8'), 10) === process.pid) rmSync(lock)
  } catch {
    // It is gone already.
  }
}
