import { mkdir, readdir, readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { AppError, type Hex } from '@poai/core'
import { decryptKeystoreJson, encryptKeystoreJson, getAddress, isAddress, SigningKey, Wallet } from 'ethers'
import { CheckFailed, UsageError } from '../report-error.ts'
import { useNativeScrypt } from './native-scrypt.ts'

/** A key in a file, encrypted so that every Ethereum wallet can read it (keystore V3). */
export interface StoredKey {
  readonly address: Hex
  readonly path: string
}

/** The keys of one folder. */
export interface Keystore {
  readonly directory: string
  /** Sorted by address. */
  list(): Promise<readonly StoredKey[]>
  /** The key of an address; without an address, the only key in the folder. */
  find(address: string | undefined): Promise<StoredKey>
  /** Encrypts a private key and stores it. Throws if it is stored already. */
  add(privateKey: string, password: string): Promise<StoredKey>
  unlock(key: StoredKey, password: string): Promise<Wallet>
}

/** The keys in a folder of the home, which need not exist yet. */
export function openKeystore(home: string): Keystore {
  useNativeScrypt()
  const directory = join(home, 'keystore')
  const list = async (): Promise<readonly StoredKey[]> => {
    const names = await readdir(directory).catch(() => [])
    const keys = await Promise.all(names.map((name) => readKeyFile(join(directory, name))))
    return keys.filter((key) => key !== undefined).sort((a, b) => (a.address < b.address ? -1 : 1))
  }
  return {
    directory,
    list,
    find: async (address) => pickKey(await list(), address, directory),
    add: async (privateKey, password) => {
      const address = addressOfKey(privateKey)
      const known = (await list()).find((key) => key.address === address)
      if (known !== undefined) throw new UsageError(`the key of ${address} is stored already`, `it is in ${known.path}`)
      const json = await encryptKeystoreJson({ address, privateKey }, password)
      await mkdir(directory, { recursive: true, mode: 0o700 })
      const path = join(directory, fileName(address))
      await writeFile(path, `${json}\n`, { flag: 'wx', mode: 0o600 })
      return { address, path }
    },
    unlock: async ({ address, path }, password) => {
      const account = await decrypt(await readFile(path, 'utf8'), password, path)
      if (getAddress(account.address) !== address) throw damaged(path)
      return new Wallet(account.privateKey)
    },
  }
}

/** The private key in a keystore file from elsewhere. */
export async function readForeignKeystore(path: string, password: string): Promise<string> {
  const text = await readFile(path, 'utf8').catch((cause: unknown) => {
    throw new AppError('CLI_FILE_UNREADABLE', `cannot read ${path}`, {
      cause,
      hint: 'check the path and its permissions',
    })
  })
  return (await decrypt(text, password, path)).privateKey
}

/** The address of a private key in hexadecimal, with or without 0x. An error does not repeat the key. */
export function addressOfKey(privateKey: string): Hex {
  try {
    return new Wallet(new SigningKey(privateKey)).address as Hex
  } catch {
    throw new UsageError('this is not a private key', 'a private key has 64 hexadecimal digits, with or without 0x')
  }
}

/** The name that other wallets use too, so that they can share the folder. */
function fileName(address: string): string {
  const time = new Date().toISOString().replaceAll(':', '-')
  return `UTC--${time}--${address.slice(2).toLowerCase()}`
}

/** Undefined for a file that is not a key. */
async function readKeyFile(path: string): Promise<StoredKey | undefined> {
  try {
    const file: unknown = JSON.parse(await readFile(path, 'utf8'))
    if (typeof file !== 'object' || file === null) return undefined
    const { address, version } = file as Record<string, unknown>
    if (version !== 3 || typeof address !== 'string' || !isAddress(address)) return undefined
    return { address: getAddress(address) as Hex, path }
  } catch {
    return undefined
  }
}

function pickKey(keys: readonly StoredKey[], address: string | undefined, directory: string): StoredKey {
  if (address === undefined) {
    const [only, ...others] = keys
    if (only === undefined) throw new UsageError(`there are no keys in ${directory}`, 'create one: poai wallet new')
    if (others.length === 0) return only
    throw new UsageError(`there are ${keys.length} keys in ${directory}`, 'choose one: --from ADDRESS')
  }
  if (!isAddress(address))
    throw new UsageError(`${address} is not an address`, 'an address is 0x and 40 hexadecimal digits')
  const wanted = getAddress(address)
  const found = keys.find((key) => key.address === wanted)
  if (found !== undefined) return found
  throw new UsageError(
    `there is no key of ${wanted} in ${directory}`,
    'poai wallet list shows all; poai wallet import takes one',
  )
}

async function decrypt(
  json: string,
  password: string,
  path: string,
): Promise<{ readonly address: string; readonly privateKey: string }> {
  try {
    return await decryptKeystoreJson(json, password)
  } catch (cause) {
    const isWrong = cause instanceof Error && /incorrect password/i.test(cause.message)
    if (isWrong) throw new CheckFailed('the password is wrong')
    throw damaged(path, cause)
  }
}

function damaged(path: string, cause?: unknown): AppError {
  return new AppError('CLI_KEYSTORE_DAMAGED', `${path} is not a keystore of version 3`, {
    cause,
    hint: 'take a copy of it, or import the key again',
  })
}
