import { createHash, timingSafeEqual } from 'node:crypto'
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http'
import type { AddressInfo, Socket } from 'node:net'
import type { RatedClient, Session } from '@poai/api'
import { AppError, type Logger, type Startable } from '@poai/core'
import type { Dispatcher } from '../dispatch/dispatcher.ts'
import { queueOf, ratedClient } from '../dispatch/rate-limiter.ts'
import type { RpcLimits } from '../rpc-limits.ts'
import { holdUntilRead } from './hold-until-read.ts'
import { QuickDoor } from './quick-door.ts'
import { RpcServerError } from './rpc-server-error.ts'
import type { ServeFile } from './static-site.ts'
import { PIECE_CHARACTERS, writePieces } from './write-pieces.ts'

/** Where and for whom the HTTP server is. */
export interface HttpOptions {
  readonly host: string
  /** 0: any free one. */
  readonly port: number
  /** Origins of pages that may ask; `*` for all. */
  readonly corsOrigins: readonly string[]
  /**
   * Host names that the server answers to, besides addresses and localhost. This stops pages that reach it through a
   * name of their own.
   */
  readonly virtualHosts: readonly string[]
  /** Opens the private namespaces to whoever sends it as a bearer token. */
  readonly token?: string
}

/** What the server needs, and nothing more. */
export interface HttpDependencies {
  readonly dispatcher: Dispatcher
  readonly limits: Pick<RpcLimits, 'maxBodyBytes' | 'maxConnections'>
  readonly logger: Logger
  /** Answers what is not a call: pages. Returns false for what it does not know. */
  readonly serveFile?: ServeFile
}

/** A request has this long to arrive: slower ones would hold a connection for nothing. */
const REQUEST_TIMEOUT_MS = 30_000
const HEADERS_TIMEOUT_MS = 10_000
const KEEP_ALIVE_MS = 60_000
const BEARER = 'Bearer '
/** How long browsers may remember what is allowed. */
const PREFLIGHT_SECONDS = 86_400
/** No page has such an origin: these schemes belong to extensions that the user has installed. */
const EXTENSION_ORIGIN = /^(?:chrome|moz|safari-web)-extension:\/\/[\w-]+$/
const IP_ADDRESS = /^(?:\d{1,3}(?:\.\d{1,3}){3}|\[[0-9a-fA-F:.]+\])$/

/** JSON-RPC by POST, and pages by GET. */
export class HttpServer implements Startable {
  readonly #options: HttpOptions
  readonly #dependencies: HttpDependencies
  readonly #server: Server
  readonly #door: QuickDoor
  readonly #closed = new AbortController()
  #state: 'new' | 'running' | 'stopped' = 'new'

  constructor(options: HttpOptions, dependencies: HttpDependencies) {
    this.#options = options
    this.#dependencies = dependencies
    this.#server = createServer((request, response) => void this.#serve(request, response))
    this.#server.requestTimeout = REQUEST_TIMEOUT_MS
    this.#server.headersTimeout = HEADERS_TIMEOUT_MS
    this.#server.keepAliveTimeout = KEEP_ALIVE_MS
    this.#server.maxConnections = dependencies.limits.maxConnections
    this.#door = this.#putDoorBefore(this.#server)
  }

  /** Connections come to the quick door first; what it does not know goes to Node's HTTP server. */
  #putDoorBefore(server: Server): QuickDoor {
    const listeners = server.listeners('connection')
    server.removeAllListeners('connection')
    const { dispatcher, limits } = this.#dependencies
    const door = new QuickDoor({
      ...{ dispatcher, maxBodyBytes: limits.maxBodyBytes, idleMs: KEEP_ALIVE_MS, stopped: this.#closed.signal },
      admitsHost: (host) => this.admitsHost(host),
      handOver: (socket) => {
        for (const listener of listeners) listener.call(server, socket)
      },
    })
    server.on('connection', (socket: Socket) => door.attend(socket))
    return door
  }

  /** For others that listen on the same port, such as WebSocket. */
  get server(): Server {
    return this.#server
  }

  get url(): string | undefined {
    const address = this.#server.address() as AddressInfo | null
    if (address === null) return undefined
    const host = address.family === 'IPv6' ? `[${address.address}]` : address.address
    return `http://${host}:${address.port}`
  }

  async start(): Promise<void> {
    if (this.#state !== 'new') return
    this.#state = 'running'
    const { host, port } = this.#options
    const { promise, resolve, reject } = Promise.withResolvers<void>()
    this.#server.once('error', reject)
    this.#server.listen(port, host, resolve)
    try {
      await promise
    } catch (cause) {
      throw cannotListen(cause, `${host}:${port}`)
    }
    this.#server.off('error', reject)
    this.#server.on('error', (error) => this.#dependencies.logger.error('The HTTP server failed', { error }))
  }

  async stop(): Promise<void> {
    if (this.#state !== 'running') return
    this.#state = 'stopped'
    this.#closed.abort(new AppError('RPC_NOT_RUNNING', 'the server is being stopped'))
    const { promise, resolve } = Promise.withResolvers<void>()
    this.#server.close(() => resolve())
    this.#door.close()
    this.#server.closeAllConnections()
    await promise
  }

  /** False for host names that a foreign page may have made up (DNS rebinding). */
  admitsHost(header: string | undefined): boolean {
    const { virtualHosts } = this.#options
    if (virtualHosts.includes('*') || header === undefined) return true
    const name = header.replace(/:\d+$/, '').toLowerCase()
    return IP_ADDRESS.test(name) || name === 'localhost' || virtualHosts.includes(name)
  }

  /** True for pages that may call, and for browser extensions such as wallets. Programs send no origin. */
  admitsOrigin({ headers }: IncomingMessage): boolean {
    const { origin, host } = headers
    if (origin === undefined || origin === `http://${host}` || origin === `https://${host}`) return true
    if (EXTENSION_ORIGIN.test(origin)) return true
    const { corsOrigins } = this.#options
    return corsOrigins.includes('*') || corsOrigins.includes(origin)
  }

  /** True if the request carries the node's token. */
  isTrusted({ headers }: IncomingMessage): boolean {
    const { token } = this.#options
    const { authorization = '' } = headers
    if (token === undefined || !authorization.startsWith(BEARER)) return false
    return timingSafeEqual(sha256(authorization.slice(BEARER.length)), sha256(token))
  }

  async #serve(request: IncomingMessage, response: ServerResponse): Promise<void> {
    try {
      if (!this.admitsHost(request.headers.host)) return refuse(response, 403, 'this host name is not served here')
      if (!this.admitsOrigin(request)) return refuse(response, 403, 'pages of this origin may not ask here')
      this.#allowOrigin(request, response)
      if (request.method === 'POST') return await this.#answer(request, response)
      if (request.method === 'OPTIONS') return preflight(response)
      if (request.method === 'GET' || request.method === 'HEAD') {
        if (await this.#dependencies.serveFile?.(request, response)) return
        return refuse(response, 404, 'nothing here: JSON-RPC is asked by POST')
      }
      response.setHeader('allow', 'POST, GET, HEAD, OPTIONS')
      refuse(response, 405, 'JSON-RPC is asked by POST')
    } catch (error) {
      this.#dependencies.logger.debug('A request failed', { error })
      if (response.headersSent) response.destroy()
      else refuse(response, 500, 'internal error')
    }
  }

  async #answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const body = await readBody(request, this.#dependencies.limits.maxBodyBytes)
    if (body === undefined) {
      response.setHeader('connection', 'close')
      return refuse(response, 413, `a request has at most ${this.#dependencies.limits.maxBodyBytes} bytes`)
    }
    const session = new HttpSession(request, response, {
      isTrusted: this.isTrusted(request),
      stopped: this.#closed.signal,
    })
    const answer = await this.#dependencies.dispatcher.answer(body, session)
    if (response.destroyed) {
      answer?.hold.release()
      return
    }
    const text = answer?.text ?? ''
    const bytes = Buffer.byteLength(text)
    response.writeHead(answer === undefined ? 204 : 200, {
      'content-type': 'application/json',
      'content-length': bytes,
    })
    // 'close' follows 'finish' when the client has all of it, and comes when the connection is gone.
    if (answer !== undefined) response.once('close', holdUntilRead(response, answer.hold, bytes))
    if (text.length > PIECE_CHARACTERS) {
      await writePieces(response, text, 'utf8')
      response.end()
    } else response.end(text)
  }

  #allowOrigin({ headers }: IncomingMessage, response: ServerResponse): void {
    if (headers.origin === undefined) return
    response.setHeader('access-control-allow-origin', headers.origin)
    response.setHeader('vary', 'origin')
  }
}

/** Lasts as long as one request. Its signal is created on first use. */
class HttpSession implements Session {
  readonly isTrusted: boolean
  readonly client: RatedClient | undefined
  readonly queue: string
  readonly #response: ServerResponse
  readonly #stopped: AbortSignal
  #closed: AbortSignal | undefined

  constructor(
    { socket }: IncomingMessage,
    response: ServerResponse,
    { isTrusted, stopped }: { readonly isTrusted: boolean; readonly stopped: AbortSignal },
  ) {
    this.isTrusted = isTrusted
    // The owner is not limited.
    this.client = isTrusted ? undefined : ratedClient(socket.remoteAddress ?? '')
    this.queue = queueOf(socket)
    this.#response = response
    this.#stopped = stopped
  }

  get closed(): AbortSignal {
    this.#closed ??= this.#watch()
    return this.#closed
  }

  #watch(): AbortSignal {
    const gone = new AbortController()
    const abort = (): void => gone.abort(new AppError('RPC_CLIENT_GONE', 'the client has gone'))
    if (this.#response.destroyed) abort()
    else this.#response.once('close', abort)
    return AbortSignal.any([gone.signal, this.#stopped])
  }
}

function preflight(response: ServerResponse): void {
  response.writeHead(204, {
    'access-control-allow-methods': 'POST, GET',
    'access-control-allow-headers': 'content-type, authorization',
    'access-control-max-age': String(PREFLIGHT_SECONDS),
  })
  response.end()
}

function refuse(response: ServerResponse, status: number, text: string): void {
  const bytes = Buffer.from(`${text}\n`)
  response.writeHead(status, { 'content-type': 'text/plain; charset=utf-8', 'content-length': bytes.length })
  response.end(bytes)
}

/** Undefined if it is too long. */
function readBody(request: IncomingMessage, maxBytes: number): Promise<string | undefined> {
  const { promise, resolve, reject } = Promise.withResolvers<string | undefined>()
  if (Number(request.headers['content-length'] ?? 0) > maxBytes) return Promise.resolve(undefined)
  const chunks: Buffer[] = []
  let bytes = 0
  request.on('data', (chunk: Buffer) => {
    bytes += chunk.length
    if (bytes > maxBytes) resolve(undefined)
    else chunks.push(chunk)
  })
  request.on('end', () => resolve(Buffer.concat(chunks).toString('utf8')))
  request.on('error', reject)
  request.on('close', () => reject(new AppError('RPC_CLIENT_GONE', 'the client has gone')))
  return promise
}

function cannotListen(cause: unknown, where: string): RpcServerError {
  const code = cause instanceof Error && 'code' in cause ? cause.code : undefined
  if (code === 'EADDRINUSE') {
    return new RpcServerError('RPC_PORT_TAKEN', `another program listens on ${where}`, {
      cause,
      hint: 'end it, or choose another port',
    })
  }
  return new RpcServerError('RPC_CANNOT_LISTEN', `cannot listen on ${where}`, { cause, hint: 'choose another address' })
}

function sha256(text: string): Buffer {
  return createHash('sha256').update(text).digest()
}
