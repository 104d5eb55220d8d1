import { chmod, rm } from 'node:fs/promises'
import { connect, createServer, type Server, type Socket } from 'node:net'
import type { Session } from '@poai/api'
import { socketAddress } from '@poai/api/connect'
import { AppError, type Logger, type Startable } from '@poai/core'
import type { Answer, Dispatcher } from '../dispatch/dispatcher.ts'
import type { RpcLimits } from '../rpc-limits.ts'
import type { ClientMemory } from './client-memory.ts'
import { holdUntilRead } from './hold-until-read.ts'
import { RpcServerError } from './rpc-server-error.ts'

export interface IpcOptions {
  /** The path of the socket; on Windows, what its name is made from. */
  readonly path: string
}

/** What the server needs, and nothing more. */
export interface IpcDependencies {
  readonly dispatcher: Dispatcher
  readonly limits: Pick<RpcLimits, 'maxBodyBytes' | 'maxConnections' | 'maxPendingPerConnection'>
  readonly memory: Pick<ClientMemory, 'open'>
  readonly logger: Logger
}

/** Bytes that a slow reader may leave unread before its connection ends. */
const MAX_UNREAD_BYTES = 16 * 1024 * 1024
/** Only its owner may use the socket: it opens every namespace. */
const SOCKET_MODE = 0o600

/** JSON-RPC over a local socket: one JSON document a line, each way. */
export class IpcServer implements Startable {
  readonly #options: IpcOptions
  readonly #dependencies: IpcDependencies
  readonly #server: Server
  readonly #sockets = new Set<Socket>()
  #lastId = 0
  #state: 'new' | 'running' | 'stopped' = 'new'

  constructor(options: IpcOptions, dependencies: IpcDependencies) {
    this.#options = options
    this.#dependencies = dependencies
    this.#server = createServer((socket) => this.#attend(socket))
    this.#server.maxConnections = dependencies.limits.maxConnections
  }

  async start(): Promise<void> {
    if (this.#state !== 'new') return
    this.#state = 'running'
    const { path } = this.#options
    await removeLeftOver(path)
    const { promise, resolve, reject } = Promise.withResolvers<void>()
    this.#server.once('error', reject)
    this.#server.listen(socketAddress(path), resolve)
    try {
      await promise
    } catch (cause) {
      if (cause instanceof Error && 'code' in cause && cause.code === 'EADDRINUSE') throw taken(path)
      throw new RpcServerError('RPC_CANNOT_LISTEN', `cannot make the socket ${path}`, {
        cause,
        hint: 'the path may be too long for a socket (about 100 characters), or its folder not writable',
      })
    }
    if (process.platform !== 'win32') await chmod(path, SOCKET_MODE)
  }

  async stop(): Promise<void> {
    if (this.#state !== 'running') return
    this.#state = 'stopped'
    const { promise, resolve } = Promise.withResolvers<void>()
    this.#server.close(() => resolve())
    for (const socket of this.#sockets) socket.destroy()
    await promise
  }

  #attend(socket: Socket): void {
    const { dispatcher, limits, logger, memory } = this.#dependencies
    this.#sockets.add(socket)
    const closed = new AbortController()
    const queue = `local socket ${++this.#lastId}`
    const send = ({ text, hold }: Answer): void => {
      if (socket.destroyed) {
        hold.release()
        return
      }
      socket.write(`${text}\n`, holdUntilRead(socket, hold, text.length))
    }
    const notify = (text: string): void => {
      const hold = memory.open(queue)
      try {
        hold.grow(text.length)
        send({ text, hold })
      } catch {
        hold.release()
        socket.destroy()
      }
      if (socket.writableLength > MAX_UNREAD_BYTES) socket.destroy()
    }
    const session: Session = {
      isTrusted: true,
      closed: closed.signal,
      queue,
      notify,
    }
    let rest = ''
    let pending = 0
    const take = async (line: string): Promise<void> => {
      if (++pending >= limits.maxPendingPerConnection) socket.pause()
      const answer = await dispatcher.answer(line, session)
      if (answer !== undefined) send(answer)
      if (--pending < limits.maxPendingPerConnection) socket.resume()
    }
    socket.setEncoding('utf8')
    socket.on('data', (text: string) => {
      const lines = (rest + text).split('\n')
      rest = lines.pop() ?? ''
      if (rest.length > limits.maxBodyBytes) return void socket.destroy()
      for (const line of lines) if (line.trim() !== '') void take(line)
    })
    socket.on('error', (error) => logger.debug('A local connection failed', { error }))
    socket.on('close', () => {
      this.#sockets.delete(socket)
      closed.abort(new AppError('RPC_CLIENT_GONE', 'the client has gone'))
    })
  }
}

/** A killed node leaves its socket in place; a running one answers on it. On Windows nothing is left. */
async function removeLeftOver(path: string): Promise<void> {
  if (process.platform === 'win32') return
  const { promise, resolve } = Promise.withResolvers<boolean>()
  const socket = connect(path)
  socket.once('connect', () => resolve(true))
  socket.once('error', () => resolve(false))
  const isAnswered = await promise
  socket.destroy()
  if (isAnswered) throw taken(path)
  await rm(path, { force: true })
}

function taken(path: string): RpcServerError {
  return new RpcServerError('RPC_SOCKET_TAKEN', `another node answers on ${path}`, {
    hint: 'stop it, or choose another data directory',
  })
}
