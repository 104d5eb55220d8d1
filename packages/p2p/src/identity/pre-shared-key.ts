import { randomBytes } from 'node:crypto'
import { NetworkError } from '../network-error.ts'

/** The first two lines of a private network's key file, as libp2p's other implementations write it. */
const HEADER = '/key/swarm/psk/1.0.0/\n/base16/\n'
const KEY_BYTES = 32

/** A key file for a new private network: only nodes that have it can connect to each other. */
export function createPreSharedKey(): string {
  return `${HEADER}${randomBytes(KEY_BYTES).toString('hex')}\n`
}

/** Checks the text of such a file. The `NetworkError` that it throws does not repeat the text. */
export function parsePreSharedKey(text: string): Uint8Array {
  const normal = `${text.replaceAll('\r\n', '\n').trimEnd()}\n`
  const key = normal.startsWith(HEADER) ? normal.slice(HEADER.length).trim() : ''
  if (new RegExp(`^[0-9a-fA-F]{${KEY_BYTES * 2}}$`).test(key)) return Buffer.from(normal, 'utf8')
  throw new NetworkError('P2P_PRE_SHARED_KEY', 'not the key of a private network', {
    expected: `the lines "/key/swarm/psk/1.0.0/", "/base16/" and ${KEY_BYTES * 2} hexadecimal digits`,
    hint: 'copy the file from another node of the network, or make one with: poai net new-key',
  })
}
