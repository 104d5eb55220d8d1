import { defined, type JsonValue } from '@poai/core'
import { RpcClientError } from './rpc-client-error.ts'

/** The code of JSON-RPC 2.0. */
const METHOD_NOT_FOUND = -32_601

/** The text of one call. */
export function formatCall(id: number, method: string, params: readonly JsonValue[]): string {
  return JSON.stringify({ jsonrpc: '2.0', id, method, params })
}

/** An answer to the call with that id, not yet looked into. */
export interface Answer {
  readonly id: JsonValue
  readonly body: Readonly<Record<string, JsonValue>>
}

/** Reads the text of an answer. Undefined for a notification. */
export function parseAnswer(text: string, address: string): Answer | undefined {
  const value = parseJson(text, address)
  if (typeof value !== 'object' || value === null || Array.isArray(value)) throw malformed(address, text)
  const body = value as Readonly<Record<string, JsonValue>>
  const id = body['id']
  if (id === undefined) return undefined
  return { id, body }
}

/** The result in an answer. Throws the node's error. */
export function resultOf({ body }: Answer, { method, address }: { method: string; address: string }): JsonValue {
  const error = body['error']
  if (error === undefined || error === null) {
    const result = body['result']
    if (result === undefined) throw malformed(address, JSON.stringify(body))
    return result
  }
  const { message, code, data } = error as Readonly<Record<string, JsonValue>>
  const text = typeof message === 'string' ? message : 'no message'
  throw new RpcClientError('RPC_REFUSED', `${method}: ${oneLine(text)}`, {
    ...defined({
      rpcCode: typeof code === 'number' ? code : undefined,
      data,
      hint: code === METHOD_NOT_FOUND ? `the node at ${address} does not offer this method there` : undefined,
    }),
  })
}

function parseJson(text: string, address: string): unknown {
  try {
    return JSON.parse(text)
  } catch (cause) {
    throw malformed(address, text, cause)
  }
}

function malformed(address: string, text: string, cause?: unknown): RpcClientError {
  return new RpcClientError('RPC_MALFORMED', `what answers at ${address} does not speak JSON-RPC`, {
    actual: oneLine(text),
    cause,
    hint: 'is that the address of a poai node?',
  })
}

/** Of a stranger's text: enough to recognise it, and no control of our terminal. */
function oneLine(text: string): string {
  // biome-ignore lint/suspicious/noControlCharactersInRegex: they are what is taken out
  const clean = text.replace(/[\u0000-\u001f\u007f-\u009f]+/g, ' ').trim()
  return clean.length > 300 ? `${clean.slice(0, 300)}…` : clean
}
