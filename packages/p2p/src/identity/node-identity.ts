import { randomBytes } from 'node:crypto'
import { link, mkdir, open, readFile, stat, unlink } from 'node:fs/promises'
import { dirname } from 'node:path'
import { generateKeyPair, privateKeyFromProtobuf, privateKeyToProtobuf } from '@libp2p/crypto/keys'
import type { PrivateKey } from '@libp2p/interface'
import { peerIdFromPrivateKey } from '@libp2p/peer-id'
import { defined } from '@poai/core'
import { NetworkError } from '../network-error.ts'

/** Who a node is to others: the hash of an Ed25519 key that it keeps. */
export interface NodeIdentity {
  /** Base58, `12D3Koo…`. */
  readonly peerId: string
  readonly privateKey: PrivateKey
}

/** Larger than any key file of ours: 68 bytes of protobuf. */
const MAX_KEY_FILE_BYTES = 1024
/** Only the owner may read it: whoever has it can pose as this node. */
const KEY_FILE_MODE = 0o600

/** A new identity that is stored nowhere. */
export async function createIdentity(): Promise<NodeIdentity> {
  return identityOf(await generateKeyPair('Ed25519'))
}

/**
 * The identity that is kept in a file, by convention `node.key` in the data directory. It is made on the first call,
 * readable by its owner only. Throws a `NetworkError` if the file cannot be read, can be read by others, or holds no
 * Ed25519 key. (On Windows, where files have no modes, the folder decides who can read it.)
 */
export async function loadIdentity(path: string, platform: NodeJS.Platform = process.platform): Promise<NodeIdentity> {
  const bytes = await readKey(path, platform)
  if (bytes !== undefined) return parseIdentity(bytes, path)
  const identity = await createIdentity()
  await writeKey(path, privateKeyToProtobuf(identity.privateKey))
  // Another process may have been first: then its key is the node's.
  const written = await readKey(path, platform)
  if (written === undefined) throw unusable(path, 'it was deleted while it was being made')
  return parseIdentity(written, path)
}

function identityOf(privateKey: PrivateKey): NodeIdentity {
  return { peerId: peerIdFromPrivateKey(privateKey).toString(), privateKey }
}

function parseIdentity(bytes: Uint8Array, path: string): NodeIdentity {
  try {
    const privateKey = privateKeyFromProtobuf(bytes)
    if (privateKey.type === 'Ed25519') return identityOf(privateKey)
  } catch (cause) {
    throw unusable(path, 'it holds no key', cause)
  }
  throw unusable(path, 'it holds a key of another kind')
}

async function readKey(path: string, platform: NodeJS.Platform): Promise<Uint8Array | undefined> {
  try {
    const { mode, size } = await stat(path)
    if (platform !== 'win32' && (mode & 0o077) !== 0) {
      throw new NetworkError('P2P_NODE_KEY', 'others can read the node key', {
        expected: 'mode 0600',
        actual: `mode 0${(mode & 0o777).toString(8)} of ${path}`,
        hint: `run chmod 600 ${path}; if it may have been copied, delete it: the node gets another identity`,
      })
    }
    if (size > MAX_KEY_FILE_BYTES) throw unusable(path, `it has ${size} bytes`)
    return await readFile(path)
  } catch (cause) {
    if (isMissing(cause)) return undefined
    if (cause instanceof NetworkError) throw cause
    throw unusable(path, 'it cannot be read', cause)
  }
}

/** Written to another file and linked to its name: there is a whole key or none, and one key never replaces another. */
async function writeKey(path: string, bytes: Uint8Array): Promise<void> {
  const draft = `${path}.${randomBytes(8).toString('hex')}`
  try {
    await mkdir(dirname(path), { recursive: true })
    const file = await open(draft, 'wx', KEY_FILE_MODE)
    try {
      await file.writeFile(bytes)
      await file.sync()
    } finally {
      await file.close()
    }
    await link(draft, path)
  } catch (cause) {
    if (!hasCode(cause, 'EEXIST')) throw unusable(path, 'it cannot be written', cause)
  } finally {
    await unlink(draft).catch(() => undefined)
  }
}

function isMissing(error: unknown): boolean {
  return hasCode(error, 'ENOENT')
}

function hasCode(error: unknown, code: string): boolean {
  return error instanceof Error && 'code' in error && error.code === code
}

function unusable(path: string, actual: string, cause?: unknown): NetworkError {
  return new NetworkError('P2P_NODE_KEY', 'the node key cannot be used', {
    expected: `an Ed25519 key in ${path}`,
    actual,
    hint: 'restore the file from a copy, or delete it: the node gets another identity',
    ...defined({ cause }),
  })
}
