import type { IncomingMessage } from 'node:http'
import type { Duplex } from 'node:stream'
import type { Session } from '@poai/api'
import { AppError, type Logger, type Startable } from '@poai/core'
import { type WebSocket, WebSocketServer } from 'ws'
import type { Dispatcher } from '../dispatch/dispatcher.ts'
import { queueOf, ratedClient } from '../dispatch/rate-limiter.ts'
import type { RpcLimits } from '../rpc-limits.ts'
import type { AnswerHold, ClientMemory } from './client-memory.ts'
import { holdUntilRead } from './hold-until-read.ts'
import type { HttpServer } from './http-server.ts'

/** What the server needs, and nothing more. */
export interface WebSocketDependencies {
  /** The server whose port it shares, and which knows the allowed hosts and origins. */
  readonly http: Pick<HttpServer, 'server' | 'admitsHost' | 'admitsOrigin' | 'isTrusted'>
  readonly dispatcher: Dispatcher
  readonly limits: Pick<RpcLimits, 'maxBodyBytes' | 'maxConnections' | 'maxPendingPerConnection'>
  readonly memory: Pick<ClientMemory, 'open'>
  readonly logger: Logger
}

/** What a slow reader may leave unread. Beyond that it is disconnected, so that it costs the others nothing. */
const MAX_UNREAD_BYTES = 8 * 1024 * 1024
/** Connections that answer no ping are closed. */
const PING_EVERY_MS = 30_000
/** RFC 6455: the other side violated a policy. */
const CLOSE_POLICY = 1008
const CLOSE_GOING_AWAY = 1001

/** JSON-RPC over WebSocket, on the port of the HTTP server. */
export class RpcWebSocketServer implements Startable {
  readonly #dependencies: WebSocketDependencies
  readonly #server: WebSocketServer
  readonly #answered = new WeakSet<WebSocket>()
  #pings: NodeJS.Timeout | undefined
  #state: 'new' | 'running' | 'stopped' = 'new'

  constructor(dependencies: WebSocketDependencies) {
    this.#dependencies = dependencies
    this.#server = new WebSocketServer({
      noServer: true,
      maxPayload: dependencies.limits.maxBodyBytes,
      // Compression would hold memory for every connection, and answers are short.
      perMessageDeflate: false,
    })
  }

  get connections(): number {
    return this.#server.clients.size
  }

  async start(): Promise<void> {
    if (this.#state !== 'new') return
    this.#state = 'running'
    const { server } = this.#dependencies.http
    server.on('upgrade', this.#upgrade)
    this.#pings = setInterval(() => this.#ping(), PING_EVERY_MS)
    this.#pings.unref()
  }

  async stop(): Promise<void> {
    if (this.#state !== 'running') return
    this.#state = 'stopped'
    this.#dependencies.http.server.off('upgrade', this.#upgrade)
    clearInterval(this.#pings)
    for (const socket of this.#server.clients) {
      socket.close(CLOSE_GOING_AWAY)
      socket.terminate()
    }
    this.#server.close()
  }

  readonly #upgrade = (request: IncomingMessage, stream: Duplex, head: Buffer): void => {
    const { http, limits } = this.#dependencies
    if (!http.admitsHost(request.headers.host) || !http.admitsOrigin(request)) {
      stream.end('HTTP/1.1 403 Forbidden\r\nconnection: close\r\n\r\n')
      return
    }
    if (this.#server.clients.size >= limits.maxConnections) {
      stream.end('HTTP/1.1 503 Service Unavailable\r\nconnection: close\r\n\r\n')
      return
    }
    this.#server.handleUpgrade(request, stream, head, (socket) => this.#attend(socket, request, stream))
  }

  #attend(socket: WebSocket, request: IncomingMessage, stream: Duplex): void {
    const { http, dispatcher, limits, logger, memory } = this.#dependencies
    const isTrusted = http.isTrusted(request)
    const closed = new AbortController()
    let isCorked = false
    /** What is sent in one turn of the event loop leaves in one piece. */
    const corkForNow = (): void => {
      if (isCorked) return
      isCorked = true
      stream.cork()
      process.nextTick(() => {
        isCorked = false
        stream.uncork()
      })
    }
    const cutOff = (): void => {
      logger.debug('A WebSocket client reads too slowly', { unreadBytes: socket.bufferedAmount })
      socket.close(CLOSE_POLICY, 'reads too slowly')
      socket.terminate()
    }
    const queue = queueOf(request.socket)
    const send = (text: string, hold: AnswerHold): void => {
      if (socket.readyState !== socket.OPEN) {
        hold.release()
        return
      }
      corkForNow()
      const done = holdUntilRead(stream, hold, text.length)
      socket.send(text, done)
    }
    /** Notifications come unasked: a reader that leaves too many of them unread is disconnected. */
    const notify = (text: string): void => {
      const hold = memory.open(queue)
      try {
        hold.grow(text.length)
      } catch {
        hold.release()
        cutOff()
        return
      }
      send(text, hold)
      if (socket.bufferedAmount > MAX_UNREAD_BYTES) cutOff()
    }
    const session: Session = {
      isTrusted,
      client: isTrusted ? undefined : ratedClient(request.socket.remoteAddress ?? ''),
      queue,
      closed: closed.signal,
      notify,
    }
    let pending = 0
    this.#answered.add(socket)
    socket.on('pong', () => this.#answered.add(socket))
    socket.on('message', async (data: Buffer) => {
      if (++pending >= limits.maxPendingPerConnection) socket.pause()
      const answer = await dispatcher.answer(data.toString('utf8'), session)
      if (answer !== undefined) send(answer.text, answer.hold)
      if (--pending < limits.maxPendingPerConnection) socket.resume()
    })
    socket.on('error', (error) => logger.debug('A WebSocket connection failed', { error }))
    socket.on('close', () => closed.abort(new AppError('RPC_CLIENT_GONE', 'the client has gone')))
  }

  #ping(): void {
    for (const socket of this.#server.clients) {
      if (!this.#answered.delete(socket)) socket.terminate()
      else socket.ping()
    }
  }
}
