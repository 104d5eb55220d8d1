import { mkdtemp, rm } from 'node:fs/promises'
import { connect } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { onTestFinished } from 'vitest'

/** A path for a socket, in a folder that goes with the test. */
export async function socketPath(): Promise<string> {
  const directory = await mkdtemp(join(tmpdir(), 'poai-ipc-'))
  onTestFinished(() => rm(directory, { recursive: true, force: true }))
  return join(directory, 'poai.ipc')
}

/** One question over a local socket. */
export async function askSocket(path: string, method: string, params: readonly unknown[] = []): Promise<unknown> {
  const socket = connect(path)
  socket.setEncoding('utf8')
  socket.write(`${JSON.stringify({ jsonrpc: '2.0', id: 1, method, params })}\n`)
  let text = ''
  for await (const chunk of socket) {
    text += String(chunk)
    if (text.endsWith('\n')) break
  }
  return JSON.parse(text)
}
