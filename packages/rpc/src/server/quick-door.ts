import type { Socket } from 'node:net'
import type { RatedClient, Session } from '@poai/api'
import { AppError } from '@poai/core'
import type { Answer, Dispatcher } from '../dispatch/dispatcher.ts'
import { queueOf, ratedClient } from '../dispatch/rate-limiter.ts'
import { holdUntilRead } from './hold-until-read.ts'
import { QuickReader } from './quick-request.ts'
import { PIECE_CHARACTERS, writePieces } from './write-pieces.ts'

const SECOND_MS = 1000

/** What the door needs, and nothing more. */
export interface QuickDoorDependencies {
  readonly dispatcher: Dispatcher
  readonly maxBodyBytes: number
  /** Connections without a request for this long are closed. */
  readonly idleMs: number
  admitsHost(host: string): boolean
  /** Takes over a connection, beginning with the bytes that wait in it. */
  readonly handOver: (socket: Socket) => void
  /** Aborted when the server stops. */
  readonly stopped: AbortSignal
}

/**
 * Answers plain requests of programs without Node's HTTP server, which costs three times as much as the answer
 * (measured: `npm run bench -- rpc`). A connection that sends anything else is handed over to that server for good,
 * before a byte of it is interpreted.
 */
export class QuickDoor {
  readonly #dependencies: QuickDoorDependencies
  readonly #sockets = new Set<Socket>()
  readonly #date = new HttpDate()

  constructor(dependencies: QuickDoorDependencies) {
    this.#dependencies = dependencies
  }

  /** Begins with a connection. */
  attend(socket: Socket): void {
    this.#sockets.add(socket)
    socket.once('close', () => this.#sockets.delete(socket))
    const onLeave = (): boolean => this.#sockets.delete(socket)
    new QuickConnection(socket, this.#dependencies, { date: this.#date, onLeave }).start()
  }

  /** Closes all connections that are here. */
  close(): void {
    for (const socket of this.#sockets) socket.destroy()
  }
}

class QuickConnection {
  readonly #socket: Socket
  readonly #dependencies: QuickDoorDependencies
  readonly #date: HttpDate
  readonly #onLeave: () => void
  readonly #session: Session
  /** Tells clients how long they can count on the connection. */
  readonly #keepAlive: string
  /** Answering: a call is running. Draining: its answer is being read. */
  #state: 'idle' | 'answering' | 'draining' = 'idle'
  readonly #reader = new QuickReader()
  /** Came while the request before it was answered. */
  #early: Buffer | undefined

  constructor(
    socket: Socket,
    dependencies: QuickDoorDependencies,
    { date, onLeave }: { readonly date: HttpDate; readonly onLeave: () => void },
  ) {
    this.#socket = socket
    this.#dependencies = dependencies
    this.#date = date
    this.#onLeave = onLeave
    this.#keepAlive = `connection: keep-alive\r\nkeep-alive: timeout=${dependencies.idleMs / SECOND_MS}\r\n`
    this.#session = new SocketSession(socket, dependencies.stopped)
  }

  start(): void {
    const socket = this.#socket
    socket.setNoDelay(true)
    socket.setTimeout(this.#dependencies.idleMs, this.#onIdle)
    socket.on('data', this.#onData)
    socket.on('error', this.#onError)
    socket.on('end', this.#onEnd)
  }

  readonly #onIdle = (): void => {
    if (this.#state !== 'answering') this.#socket.destroy()
  }

  /** 'close' follows: a client that is gone is no failure. */
  readonly #onError = (): void => undefined

  readonly #onEnd = (): void => {
    if (this.#state === 'idle') this.#socket.end()
  }

  readonly #onData = (bytes: Buffer): void => {
    if (this.#state !== 'idle') {
      // One request at a time: what comes early waits, and nothing is read meanwhile.
      this.#socket.pause()
      this.#early = this.#early === undefined ? bytes : Buffer.concat([this.#early, bytes])
      return
    }
    const request = this.#reader.read(bytes)
    const { admitsHost, maxBodyBytes } = this.#dependencies
    if (request === undefined || request.bodyBytes > maxBodyBytes || !admitsHost(request.host)) {
      this.#leave(bytes)
      return
    }
    this.#state = 'answering'
    const answer = this.#dependencies.dispatcher.answer(bytes.toString('utf8', request.bodyStart), this.#session)
    if (answer instanceof Promise) void answer.then(this.#send)
    else this.#send(answer)
  }

  readonly #send = (answer: Answer | undefined): void => {
    const socket = this.#socket
    if (socket.destroyed) {
      answer?.hold.release()
      return
    }
    if (answer !== undefined && answer.text.length > PIECE_CHARACTERS) {
      void this.#writeLong(answer)
      return
    }
    if (this.#write(answer)) {
      this.#goOn()
      return
    }
    // The next question waits until the client has read the answer to this one.
    this.#state = 'draining'
    socket.pause()
    socket.once('drain', () => this.#goOn())
  }

  #goOn(): void {
    this.#state = 'idle'
    const socket = this.#socket
    if (socket.readableEnded) {
      socket.end()
      return
    }
    if (socket.isPaused()) socket.resume()
    const early = this.#early
    this.#early = undefined
    if (early !== undefined) this.#onData(early)
  }

  /** Writes head and body in one piece; false if the client has to read first. */
  #write(answer: Answer | undefined): boolean {
    const socket = this.#socket
    if (answer === undefined) {
      return socket.write(`HTTP/1.1 204 No Content\r\ndate: ${this.#date.text()}\r\n${this.#keepAlive}\r\n`, 'latin1')
    }
    const { text, hold } = answer
    const bytes = Buffer.byteLength(text)
    let done = (): void => hold.release()
    const isTaken = socket.write(this.#headOf(bytes) + text, bytes === text.length ? 'latin1' : 'utf8', () => done())
    if (socket.writableLength > 0) done = holdUntilRead(socket, hold, text.length)
    return isTaken
  }

  /** Writes piece by piece, as the client reads. The next request waits until then. */
  async #writeLong({ text, hold }: Answer): Promise<void> {
    const socket = this.#socket
    this.#state = 'draining'
    socket.pause()
    const bytes = Buffer.byteLength(text)
    const done = holdUntilRead(socket, hold, text.length)
    socket.write(this.#headOf(bytes), 'latin1')
    await writePieces(socket, text, bytes === text.length ? 'latin1' : 'utf8')
    done()
    if (!socket.destroyed) this.#goOn()
  }

  #headOf(bytes: number): string {
    return `${this.#date.head()}${bytes}\r\n${this.#keepAlive}\r\n`
  }

  #leave(bytes: Buffer): void {
    const socket = this.#socket
    this.#onLeave()
    socket.setTimeout(0, this.#onIdle)
    socket.off('data', this.#onData)
    socket.off('error', this.#onError)
    socket.off('end', this.#onEnd)
    socket.pause()
    socket.unshift(bytes)
    this.#dependencies.handOver(socket)
    socket.resume()
  }
}

/** Lasts as long as its connection. Its signal is created on first use. */
class SocketSession implements Session {
  readonly isTrusted = false
  readonly client: RatedClient
  readonly queue: string
  readonly #socket: Socket
  readonly #stopped: AbortSignal
  #closed: AbortSignal | undefined

  constructor(socket: Socket, stopped: AbortSignal) {
    this.client = ratedClient(socket.remoteAddress ?? '')
    this.queue = queueOf(socket)
    this.#socket = socket
    this.#stopped = stopped
  }

  get closed(): AbortSignal {
    this.#closed ??= this.#watch()
    return this.#closed
  }

  #watch(): AbortSignal {
    const gone = new AbortController()
    const abort = (): void => gone.abort(new AppError('RPC_CLIENT_GONE', 'the client has gone'))
    const socket = this.#socket
    // A client that goes closes its own side first: the other one stays open until the call is over.
    if (socket.destroyed || socket.readableEnded) abort()
    else socket.once('end', abort).once('close', abort)
    return AbortSignal.any([gone.signal, this.#stopped])
  }
}

/** The time as HTTP writes it, made once a second. */
class HttpDate {
  #second = 0
  #text = ''
  #head = ''

  text(): string {
    this.#update()
    return this.#text
  }

  /** The head of an answer up to its length. */
  head(): string {
    this.#update()
    return this.#head
  }

  #update(): void {
    const second = Math.floor(Date.now() / SECOND_MS)
    if (second !== this.#second) {
      this.#second = second
      this.#text = new Date(second * SECOND_MS).toUTCString()
      this.#head = `HTTP/1.1 200 OK\r\ncontent-type: application/json\r\ndate: ${this.#text}\r\ncontent-length: `
    }
  }
}
