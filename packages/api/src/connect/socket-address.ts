import { createHash } from 'node:crypto'
import { win32 } from 'node:path'

/** The name of a node's socket in its data directory. */
export const IPC_FILE = 'poai.ipc'

/** Of a name that is one already. */
const PIPE = /^\\\\[.?]\\pipe\\/i

/**
 * What to listen on and to connect to for a local socket at `path`. That is the path itself, but on Windows, whose file
 * system has no sockets: there it is a named pipe. Its name comes from the path, which Windows does not tell from the
 * same one in capitals, and is short, since long ones are refused.
 */
export function socketAddress(path: string, platform: NodeJS.Platform = process.platform): string {
  if (platform !== 'win32' || PIPE.test(path)) return path
  const file = win32.resolve(path).toLowerCase()
  return `\\\\.\\pipe\\poai-${createHash('sha256').update(file).digest('hex').slice(0, 32)}`
}
