import { defined } from '@poai/core'
import { formatCall, parseAnswer, resultOf } from './json-rpc.ts'
import { CALL_TIMEOUT_MS, MAX_ANSWER_BYTES, type RpcClient } from './rpc-client.ts'
import { RpcClientError, unreachable } from './rpc-client-error.ts'

export interface HttpRpcClientOptions {
  readonly url: string
  /** Sent as a bearer token: opens what the node keeps from strangers. */
  readonly token?: string
}

/** A client over HTTP: one POST a call. Connections are kept by the platform. */
export function createHttpRpcClient({ url, token }: HttpRpcClientOptions): RpcClient {
  const closed = new AbortController()
  let lastId = 0
  const headers = {
    'content-type': 'application/json',
    ...defined({ authorization: token === undefined ? undefined : `Bearer ${token}` }),
  }
  return {
    address: url,
    call: async (method, params = [], { signal, timeoutMs = CALL_TIMEOUT_MS } = {}) => {
      const timeout = AbortSignal.timeout(timeoutMs)
      const ends = [timeout, closed.signal, ...(signal === undefined ? [] : [signal])]
      const body = formatCall(++lastId, method, params)
      try {
        const response = await fetch(url, { method: 'POST', headers, body, signal: AbortSignal.any(ends) })
        const answer = parseAnswer(await readBounded(response, url), url)
        if (answer === undefined) throw statusError(response, url)
        return resultOf(answer, { method, address: url })
      } catch (error) {
        if (error instanceof RpcClientError) throw error
        signal?.throwIfAborted()
        if (timeout.aborted) throw timedOut(method, url, timeoutMs)
        throw unreachable(url, reasonOf(error))
      }
    },
    close: () => closed.abort(new DOMException('the client was closed', 'AbortError')),
  }
}

/** The call was taken, and there was no answer in time. */
export function timedOut(method: string, address: string, timeoutMs: number): RpcClientError {
  return new RpcClientError('RPC_TIMEOUT', `${address} did not answer ${method} within ${timeoutMs / 1000} s`, {
    hint: 'the node may be overloaded: try again',
  })
}

async function readBounded(response: Response, url: string): Promise<string> {
  const decoder = new TextDecoder()
  let text = ''
  let bytes = 0
  for await (const chunk of response.body ?? []) {
    bytes += chunk.length
    if (bytes > MAX_ANSWER_BYTES) throw new RpcClientError('RPC_MALFORMED', `an answer of ${url} is too large`)
    text += decoder.decode(chunk, { stream: true })
  }
  if (text === '' || (!response.ok && !text.startsWith('{'))) throw statusError(response, url)
  return text + decoder.decode()
}

function statusError({ status, statusText }: Response, url: string): RpcClientError {
  return new RpcClientError('RPC_MALFORMED', `${url} answered with HTTP status ${status} ${statusText}`.trim(), {
    hint: 'is that the address of a poai node, and may this machine ask it?',
  })
}

/** `fetch failed` says nothing; its cause does. */
function reasonOf(error: unknown): unknown {
  return error instanceof Error && error.cause instanceof Error ? error.cause : error
}
