import { connect, type Socket } from 'node:net'
import type { JsonValue } from '@poai/core'
import { timedOut } from './http-rpc-client.ts'
import { formatCall, parseAnswer, resultOf } from './json-rpc.ts'
import { CALL_TIMEOUT_MS, type CallOptions, MAX_ANSWER_BYTES, type RpcClient } from './rpc-client.ts'
import { RpcClientError, unreachable } from './rpc-client-error.ts'
import { socketAddress } from './socket-address.ts'

/**
 * A client over a node's socket: one JSON document a line, each way. It connects with the first call, and again with
 * the next one after the node has gone.
 */
export function createIpcRpcClient(path: string): RpcClient {
  return new IpcRpcClient(path)
}

interface PendingCall {
  readonly method: string
  readonly resolve: (result: JsonValue) => void
  readonly reject: (error: unknown) => void
}

interface Connection {
  readonly socket: Socket
  readonly pending: Map<number, PendingCall>
}

class IpcRpcClient implements RpcClient {
  readonly address: string
  #connection: Promise<Connection> | undefined
  #lastId = 0
  #isClosed = false

  constructor(path: string) {
    this.address = path
  }

  async call(
    method: string,
    params: readonly JsonValue[] = [],
    { signal, timeoutMs = CALL_TIMEOUT_MS }: CallOptions = {},
  ): Promise<JsonValue> {
    signal?.throwIfAborted()
    if (this.#isClosed) throw unreachable(this.address, new Error('the client was closed'))
    this.#connection ??= this.#connect()
    const { socket, pending } = await this.#connection
    signal?.throwIfAborted()
    const id = ++this.#lastId
    const { promise, resolve, reject } = Promise.withResolvers<JsonValue>()
    pending.set(id, { method, resolve, reject })
    const timer = setTimeout(() => reject(timedOut(method, this.address, timeoutMs)), timeoutMs)
    const abort = (): void => reject(signal?.reason)
    signal?.addEventListener('abort', abort, { once: true })
    socket.write(`${formatCall(id, method, params)}\n`)
    try {
      return await promise
    } finally {
      clearTimeout(timer)
      signal?.removeEventListener('abort', abort)
      pending.delete(id)
    }
  }

  close(): void {
    this.#isClosed = true
    this.#connection?.then(
      ({ socket }) => socket.destroy(),
      () => undefined,
    )
  }

  #connect(): Promise<Connection> {
    const { promise, resolve, reject } = Promise.withResolvers<Connection>()
    const socket = connect(socketAddress(this.address))
    const connection: Connection = { socket, pending: new Map() }
    const lines = new LineSplitter()
    socket.setEncoding('utf8')
    socket.once('connect', () => resolve(connection))
    socket.on('data', (text: string) => {
      try {
        for (const line of lines.push(text)) this.#settle(connection, line)
      } catch (error) {
        end(connection, error)
        socket.destroy()
      }
    })
    socket.on('error', (error) => {
      reject(unreachable(this.address, error))
      end(connection, unreachable(this.address, error))
    })
    socket.on('close', () => {
      this.#connection = undefined
      end(connection, unreachable(this.address, new Error('the node closed the connection')))
    })
    return promise
  }

  #settle({ pending }: Connection, line: string): void {
    const answer = parseAnswer(line, this.address)
    const call = typeof answer?.id === 'number' ? pending.get(answer.id) : undefined
    // A notification, or the answer to a call that was given up.
    if (answer === undefined || call === undefined) return
    try {
      call.resolve(resultOf(answer, { method: call.method, address: this.address }))
    } catch (error) {
      call.reject(error)
    }
  }
}

function end({ pending }: Connection, error: unknown): void {
  for (const { reject } of pending.values()) reject(error)
  pending.clear()
}

/** Cuts a stream into lines, none longer than an answer may be. */
class LineSplitter {
  #rest: string[] = []
  #restLength = 0

  push(text: string): readonly string[] {
    const parts = text.split('\n')
    const last = parts.pop() ?? ''
    const [first, ...others] = parts
    if (first === undefined) {
      this.#keep(last)
      return []
    }
    const lines = [this.#rest.join('') + first, ...others]
    this.#rest = []
    this.#restLength = 0
    this.#keep(last)
    return lines.filter((line) => line !== '')
  }

  #keep(part: string): void {
    this.#restLength += part.length
    if (this.#restLength > MAX_ANSWER_BYTES) throw new RpcClientError('RPC_MALFORMED', 'an answer is too large')
    if (part !== '') this.#rest.push(part)
  }
}
